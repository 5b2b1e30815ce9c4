/** The words mail clients put around what they quote, in the languages they speak. Lower case. */

export type HeaderKind = 'from' | 'date' | 'to' | 'cc' | 'subject' | 'other';

const headerWords: Record<HeaderKind, string> = {
  from:
    'from|von|de|da|van|od|od kogo|nadawca|от|от кого|від|від кого|отправитель|från|fra|lähettäjä|feladó|kimden|gönderen|από|' +
    'expéditeur|absender|remitente|mittente|afzender|avsändare|avsender|afsender|desde|de la|expeditor|odesílatel|odosielateľ|' +
    'pošiljatelj|saatja|kellelt|nuo|发件人|寄件者|寄件人|發件人|差出人|送信者|보낸 사람|보낸사람|발신|מאת|من|từ|người gửi|dari|' +
    'pengirim|จาก|подател|пошиљалац|sender',
  date:
    "sent|date|date sent|sent on|received|gesendet|gesendet am|datum|envoyé|envoyé le|envoyée|date d’envoi|date d'envoi|message du|enviado|" +
    'enviado el|enviado em|enviada|enviada em|enviada el|fecha|fecha de envío|data|data wysłania|inviato|inviata|verzonden|wysłano|' +
    'wysłane|отправлено|дата|дата отправки|надіслано|skickat|skickat den|sendt|dato|lähetetty|päivämäärä|päiväys|elküldve|küldve|' +
    'dátum|odesláno|odoslané|odoslaný|dátum odoslania|gönderildi|gönderme tarihi|gönderilme tarihi|tarih|ημερομηνία|στάλθηκε|' +
    'εστάλη|发送时间|发送日期|時間|时间|傳送時間|寄件日期|日期|送信日時|日時|日付|날짜|보낸 날짜|보낸날짜|trimis|trimis la|saadetud|kuupäev|' +
    'išsiųsta|nosūtīts|datums|נשלח|תאריך|تاريخ|تم الإرسال|التاريخ|ngày|đã gửi|tanggal|dikirim|วันที่|poslano|изпратено|послато',
  to:
    'to|an|à|a|para|aan|do|komu|dla|кому|до|till|til|vastaanottaja|címzett|kime|alıcı|προς|destinataire|destinatario|destinatários|' +
    'empfänger|ontvanger|odbiorca|получатель|收件人|收件者|宛先|送信先|받는 사람|받는사람|수신|către|catre|kam|za|prima|saaja|kellele|adresaat|kam|' +
    'אל|إلى|الى|đến|tới|kepada|ถึง|прима|mottagare|mottaker|modtager',
  cc:
    'cc|bcc|cci|kopie|kopie (cc)|copie|copie à|copie de|copia|copia carbone|con copia|com cópia|копия|копія|kopi|kopia|kópia|dw|udw|ccn|' +
    'másolatot kap|másolat|kopio|抄送|副本|参照|참조|bilgi|κοιν|κοιν.|koopia|עותק|نسخة|สำเนา',
  subject:
    'subject|betreff|betr|objet|sujet|asunto|assunto|oggetto|onderwerp|temat|тема|тема письма|ämne|emne|aihe|tárgy|předmět|predmet|' +
    'konu|θέμα|主题|主題|主旨|件名|標題|标题|제목|subiect|teema|tēma|tema|נושא|الموضوع|موضوع|chủ đề|tiêu đề|subjek|perihal|judul|เรื่อง|относно',
  other:
    'reply-to|reply to|antwort an|répondre à|responder a|odpowiedz do|importance|wichtigkeit|priorität|priority|importancia|importância|' +
    'attachments|anlagen|pièces jointes|adjuntos|anexos|allegati|bijlagen|sensitivity|organization|return-path|message-id|newsgroups|' +
    'mailing list|list-id|категория|важность|vertraulichkeit|categories|resent-from|categorieën|prioriteit',
};

export const headerKinds: ReadonlyMap<string, HeaderKind> = new Map(
  (Object.keys(headerWords) as HeaderKind[]).flatMap(kind =>
    headerWords[kind].split('|').map(word => [word, kind] as const),
  ),
);

/** "wrote": the verb of an attribution, anywhere in it. Whole words, except where a script has none. */
export const WROTE = new RegExp(
  '(?<![\\p{L}\\p{N}])(?:' +
    'wrote|writes|schrieb|schrieben|geschrieben|a écrit|écrit|ecrit|escribió|escribio|ha escrito|escribiste|ha scritto|scrisse|scrive|scritto|' +
    'schreef|geschreven|escreveu|escreve|napisał(?:\\(a\\)|a)?|napisali|написал(?:\\(а\\)|а|и)?|пишет|писал(?:\\(а\\)|а|и)?|пише|написав|' +
    'написала|napsal(?:\\(a\\)|a)?|napísal(?:\\(a\\)|a)?|skrev|skreiv|skrifaði|kirjoitti|yazdı|yazmış|έγραψε|писал|написа|пишува|' +
    'napisao|napisala|napisal(?:/-a)?|a scris|scris|ezt írta|írta|kirjutas|rakstīja|rašė|parašė|va escriure|ha escrit|escrigué|idatzi du|' +
    'idatzi zuen|đã viết|viết|menulis|shkroi|sgrifennodd|reageerde' +
    ')(?![\\p{L}\\p{N}])|写道|寫道|写了|編寫|撰写|のメッセージ|書きました|のメール|님이 작성|님이 썼|작성:|כתב|כתבה|מאת|كتب|เขียนว่า|ได้เขียน|ने लिखा',
  'iu',
);

/** The line above a quoted mail: "-----Original Message-----", and the forwarded one. */
const ORIGINAL =
  "original message|original-nachricht|ursprüngliche nachricht|originalnachricht|urspr. nachricht|message original|message d'origine|" +
  'message d’origine|message initial|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht|' +
  'originele bericht|origineel bericht|oprindelig meddelelse|original meddelelse|opprinnelig melding|originalt budskap|' +
  'ursprungligt meddelande|originalmeddelande|alkuperäinen viesti|oryginalna wiadomość|wiadomość oryginalna|treść oryginalnej wiadomości|' +
  'исходное сообщение|исходное письмо|оригинальное сообщение|вихідне повідомлення|původní zpráva|původní e-mail|pôvodná správa|eredeti üzenet|' +
  'orijinal mesaj|özgün ileti|αρχικό μήνυμα|原始邮件|原始郵件|原邮件|原始訊息|元のメッセージ|original mail|original email|원본 메시지|원본메시지|' +
  'mesaj original|mesajul original|izvirno sporočilo|izvorna poruka|оригинална порука|הודעה מקורית|الرسالة الأصلية|thư gốc|pesan asli|' +
  'algne kiri|sākotnējais ziņojums|original message follows|missatge original|previous replies|previous message|quoted message|' +
  'reply message|reply from|ursprunglig melding|originalbericht|tin nhắn gốc|messaggio precedente|ответное сообщение';
const FORWARDED =
  'forwarded message|forwarded by|forwarded mail|weitergeleitete nachricht|weitergeleitet von|message transféré|message transmis|mail transféré|' +
  'début du message transféré|début du message réexpédié|message réexpédié|mensaje reenviado|mensagem encaminhada|mensagem reencaminhada|messaggio inoltrato|' +
  'doorgestuurd bericht|videresendt meddelelse|videresendt melding|vidarebefordrat meddelande|vidarebefordrat mail|välitetty viesti|' +
  'edelleenlähetetty viesti|wiadomość przekazana dalej|przekazana wiadomość|przesłana wiadomość|treść przekazanej wiadomości|' +
  'пересылаемое сообщение|перенаправленное сообщение|переадресованное сообщение|пересланное сообщение|пересланное письмо|' +
  'начало пересылаемого сообщения|переслане повідомлення|přeposlaná zpráva|předaná zpráva|preposlaná správa|továbbított üzenet|' +
  'továbbított levél|iletilen mesaj|yönlendirilen ileti|προωθημένο μήνυμα|转发的邮件|转发邮件信息|轉寄郵件|已轉寄郵件|轉寄的郵件|転送メッセージ|' +
  '転送されたメッセージ|전달된 메시지|mesaj redirecționat|mesaj redirectionat|posredovano sporočilo|proslijeđena poruka|הודעה שהועברה|' +
  'رسالة معاد توجيهها|thư được chuyển tiếp|thư chuyển tiếp|pesan terusan|pesan yang diteruskan|missatge reenviat|edasi saadetud kiri|' +
  'препратено съобщение|прослеђена порука|begin forwarded message|anfang der weitergeleiteten nachricht|inicio del mensaje reenviado|' +
  'inizio messaggio inoltrato|begin doorgestuurd bericht|start på videresendt besked|början på vidarebefordrat brev|' +
  'início da mensagem reencaminhada|início da mensagem encaminhada|rozpoczęcie przesyłanej wiadomości|začátek přeposílané zprávy|' +
  'välitetty viesti alkaa|下面是被转发的邮件|以下是轉寄的信件|転送されたメッセージ：|전달된 메시지 시작';

/** With dashes around, or with a colon behind, or bold; never a sentence that merely holds the words. */
const between = (words: string) =>
  new RegExp(
    `^[\\s>*_|]{0,20}(?:[-–—_=*#~]{2,60}\\s{0,5}|)(?:${words})(?: from .{0,80}| by .{0,80})?\\s{0,5}[-–—_=*#~:：]{0,60}[\\s*]{0,10}$`,
    'iu',
  );
export const ORIGINAL_LINE = between(ORIGINAL);
export const FORWARDED_LINE = between(FORWARDED);

/** The line other help desks' mails begin with; ours is known by its marks, in any language, and in HTML by these words. */
export const WRITE_ABOVE =
  /^[^\p{L}]{0,40}(?:please )?(?:write|reply|type|add) (?:your )?(?:reply |answer |response )?above this line|^[^\p{L}]{0,40}(?:bitte )?(?:schreiben sie |antworten sie |antworten |antwort |schreib )?(?:bitte )?(?:ihre antwort )?(?:ober|über)(?:halb)? dieser (?:linie|zeile)|^[^\p{L}]{0,40}(?:veuillez )?(?:écrire|répondre|écrivez|répondez) (?:votre réponse )?au-dessus de cette ligne|^[^\p{L}]{0,40}(?:por favor,? )?(?:escriba|responda|escribe|escreva) (?:su respuesta )?(?:por encima|acima|arriba) d(?:e|esta) (?:esta )?(?:línea|linha)/iu;

/** "Sent from my …", alone on its line. */
export const MOBILE = new RegExp(
  '^[<(\\[*_"“\\s]{0,6}(?:' +
    '(?:sent|posted|gesendet|versendet|verstuurd|verzonden|enviado|enviada|inviato|inviata|skickat|sendt|lähetetty|wysłan[eoy]|отправлено|' +
    'надіслано|odesláno|poslané|poslano|trimis|saadetud|envoyé|envoyée|στάλθηκε|εστάλη|nosūtīts|išsiųsta|enviat|изпратено|küldve)' +
    '(?=[\\s:]).{0,90}' +
    '|from my (?:iphone|ipad|ipod|android|mobile|phone|galaxy|blackberry)\\b.{0,40}' +
    '|someone from mobile' +
    '|(?:diese nachricht wurde )?von mein(?:em|er)? .{1,60} (?:gesendet|versendet|gesendet\\.)' +
    '|diese nachricht wurde (?:von|mit) .{1,60} gesendet|von .{1,40} gesendet' +
    '|(?:get|download|try) \\[?outlook for .{1,80}|(?:holen sie sich|laden sie|hol dir) .{0,20}outlook für .{1,60}|outlook für .{1,20} (?:beziehen|herunterladen|laden|abrufen).{0,60}' +
    '|(?:télécharger|obtenir|obtenez|téléchargez) outlook pour .{1,60}|(?:obtener|obtén|descargar|obter|obtenha|baixar|ottieni|scarica|download|hent|hämta|skaffa|pobierz|zdobądź|получите|загрузить|скачать) outlook .{1,60}' +
    '|從我的 ?.{1,20} ?傳送|从我的.{1,20}发送|发自我的.{0,30}|發自我的.{0,30}|寄自我的.{0,30}|来自我的.{0,20}|.{1,20}から送信(?:されました)?|나의 .{1,20}에서 보냄|.{1,20}에서 보냄' +
    "|.{1,20}[’'](?:umdan|umden|imden|dan|den) gönderildi|נשלח מ.{1,40}|أرسلت من.{1,40}|أُرسلت من.{1,40}|đã gửi từ .{1,40}|gửi từ .{1,40}|dikirim dari .{1,40}|ส่งจาก.{1,40}" +
    ')[>)\\]*_"”.\\s]{0,6}$',
  'iu',
);
/** What such a line names; without one of them it must stand at the end to count. */
export const DEVICE =
  /\b(?:my|mijn|meinem|meiner|mon|mi|meu|min|mio|mój|mojego|моего|мого|mobile|mobil|phone|iphone|ipad|ipod|android|galaxy|samsung|blackberry|windows|outlook|mail|gmail|yahoo|airmail|mailbox|sparrow|proton|htc|nokia|huawei|xiaomi|tablet|telefon|smartphone|pc|k-9|aol|thunderbird|spark|mailspring)\b|i(?:phone|pad)|телефон/iu;

/** The preposition or weekday such a line may begin with before its first number. */
const WORD = "[\\p{L}\\p{M}.'’׳״-]{1,20}[.,]?";
export const STARTS_DATED = new RegExp(
  `^(?:${WORD}\\s{1,3}){0,3}["(\\u200e\\u200f]{0,3}\\d|^(?:在|于|於|בתאריך|في|ב-)`,
  'u',
);
/** With a name in front ("Ann Example skrev den 3.3.2026:"), if it is all on one line. */
export const STARTS_NAMED = new RegExp(`^(?:${WORD}\\s{1,3}){4,5}["(]{0,3}\\d`, 'u');
export const EMAIL = /[^\s<>@"'()[\],;:]{1,64}@[^\s<>@"'()[\],;:]{1,255}/u;
/** Gmail's old form, which ends with the address alone: 2013/7/20 Ann <ann@example.com> */
export const ISO_START =
  /^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:,? \d{1,2}:\d{2}(?::\d{2})?)?(?: GMT[+-]\d{1,2}:?\d{0,2})?,? \S/u;
export const HAS_ZONE = /\bGMT[+-]\d/;
export const HAS_TIME = /\b(?:19|20)\d\d\b|\d{1,2}[:.]\d{2}|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d年/u;
