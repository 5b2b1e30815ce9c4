/** Words of known frequency, for searches that are measured: each stands in that share of the tickets. */
export const knownWords = { tenth: 'kestrel', fiftieth: 'marzipan', none: 'obsidian' } as const;

export type Language = {
  /** Share of the tickets, in percent; all together 100. */
  share: number;
  things: string[];
  troubles: string[];
  greetings: string[];
  details: string[];
  answers: string[];
  thanks: string[];
};

const list = (text: string) => text.split('|').map(part => part.trim());

export const languages: Language[] = [
  {
    share: 68,
    things: list(
      'Scanner|Label printer|Laptop|Docking station|VPN|Outlook|Shared drive|Badge|Forklift charger|Headset|Second screen|Route planner|Payslip|Company card|Phone|Wi-Fi in hall B|Locker|Meeting room screen|Tablet|Time clock|Customs form|Password|Mailbox|Desk lamp|Loading ramp|Invoice page|Calendar|Keyboard|Truck tablet|Report export',
    ),
    troubles: list(
      'does not start|is very slow since the update|asks for a password again and again|shows an error|is missing|stops after a few minutes|does not print|cannot be opened|is not in the list|needs to be replaced|beeps all the time|does not connect|was charged twice|shows the wrong name|stays black|loses what I typed|is locked|arrives too late|cannot be shared|needs more rights',
    ),
    greetings: list('Hello,|Hi,|Good morning,|Hi team,|Hello support,|Dear colleagues,'),
    details: list(
      'It started this morning and happens to two colleagues as well.|I restarted it twice and nothing changed.|Yesterday it still worked without any trouble.|The light on the front is red and stays red.|It says that the server cannot be reached, then it tries again.|We need it before the night shift begins.|A customer is waiting for the papers, so please be quick.|I am at the Rotterdam site, second floor, next to the canteen.|My manager has agreed to this request.|I can work around it for today, but not for the whole week.|There is a photo of the screen if that helps.|The last change I know of was the update on Monday evening.|It only happens when more than three people use it at once.|I tried another cable and another socket.|Please call me before you come, I am often in the hall.|The old one was returned in spring and never replaced.|I have asked the supplier and they sent me to you.|Somebody else had the same trouble in October.|The page loads, but the button at the bottom does nothing.|It is written on the sticker under the battery.',
    ),
    answers: list(
      'Thank you for the details, I have found the cause and changed the setting.|I have ordered a replacement, it arrives on Thursday.|Could you restart it once and tell me if the light turns blue?|This was a known fault of the last version; the new one is installed now.|I have given you the rights, please sign out and in again.|We are waiting for the supplier and will tell you as soon as we hear more.|Please try it again, it should work now.|I have looked at the log and need one more detail: which network do you use?|Your request is approved and on its way.|I moved this to my colleagues, they know the system better.|The spare one is at the dock office, please take it until yours is repaired.|It is done; tell us if anything is still wrong.',
    ),
    thanks: list(
      'Works again, thank you!|Thanks, that was quick.|It is better but still not right.|I will try it after lunch.|Sorry, it happened again this afternoon.|The light turns blue, then red again.|We use the home network with the new router.',
    ),
  },
  {
    share: 10,
    things: list(
      'Drucker|Rechner|Bildschirm|Handscanner|Kalender|Ausweis|Gabelstapler|Lohnabrechnung|Netzlaufwerk|Telefon|Passwort|Lieferschein|Schichtplan|Postfach',
    ),
    troubles: list(
      'funktioniert nicht mehr|ist sehr langsam|zeigt eine Fehlermeldung|lässt sich nicht öffnen|fehlt|bleibt schwarz|ist gesperrt|druckt nur leere Seiten|verliert die Verbindung|braucht eine Freigabe',
    ),
    greetings: list('Hallo,|Guten Morgen,|Guten Tag,|Liebe Kollegen,'),
    details: list(
      'Seit heute früh geht nichts mehr, bei den Kollegen ist es genauso.|Ein Neustart hat nicht geholfen.|Gestern lief noch alles.|Wir brauchen es vor der Nachtschicht.|Die Meldung erscheint nach etwa zehn Minuten.|Ich sitze im zweiten Stock neben der Küche.|Das Gerät steht in Halle B.|Mein Vorgesetzter hat zugestimmt.|Bitte vorher anrufen, ich bin oft in der Halle.',
    ),
    answers: list(
      'Danke für die genaue Beschreibung, der Fehler ist behoben.|Ein Ersatzgerät ist bestellt und kommt am Donnerstag.|Bitte einmal abmelden und neu anmelden.|Wir warten auf den Lieferanten und melden uns.|Die Berechtigung ist eingetragen.',
    ),
    thanks: list(
      'Vielen Dank, es läuft wieder!|Leider ist der Fehler wieder da.|Ich probiere es nach der Pause.|Super, danke.',
    ),
  },
  {
    share: 7,
    things: list(
      'Printer|Laptop|Beeldscherm|Toegangspas|Loonstrook|Heftruck|Telefoon|Werkrooster|Postvak|Parkeerplaats',
    ),
    troubles: list(
      'doet het niet meer|is erg traag|geeft een foutmelding|gaat niet open|ontbreekt|blijft zwart|is geblokkeerd|valt steeds weg',
    ),
    greetings: list('Hallo,|Goedemorgen,|Beste collega’s,'),
    details: list(
      'Sinds vanochtend werkt het niet, bij mijn collega ook niet.|Opnieuw opstarten hielp niet.|Gisteren was er niets aan de hand.|We hebben het nodig voor de nachtploeg.|Ik zit op de tweede verdieping naast de kantine.|Mijn leidinggevende is akkoord.',
    ),
    answers: list(
      'Bedankt voor de uitleg, het is opgelost.|Er is een nieuwe besteld, die komt donderdag.|Kunt u één keer opnieuw inloggen?|We wachten op de leverancier.',
    ),
    thanks: list('Dank u, het werkt weer!|Helaas is het terug.|Ik probeer het straks.'),
  },
  {
    share: 6,
    things: list('Imprimante|Ordinateur|Écran|Badge|Fiche de paie|Chariot|Téléphone|Agenda|Messagerie|Clé'),
    troubles: list(
      'ne marche plus|est très lent|affiche une erreur|ne s’ouvre pas|manque|reste noir|est bloqué|se déconnecte',
    ),
    greetings: list('Bonjour,|Bonjour à tous,|Chers collègues,'),
    details: list(
      'Depuis ce matin rien ne va plus, chez mes collègues non plus.|J’ai redémarré deux fois sans succès.|Hier tout fonctionnait encore.|Nous en avons besoin avant l’équipe de nuit.|Je suis au deuxième étage à côté de la cantine.|Mon responsable est d’accord.',
    ),
    answers: list(
      'Merci pour ces précisions, le problème est réglé.|Un remplacement est commandé pour jeudi.|Pouvez-vous vous reconnecter une fois ?|Nous attendons le fournisseur.',
    ),
    thanks: list('Merci, ça marche !|Malheureusement le problème est revenu.|J’essaie après le déjeuner.'),
  },
  {
    share: 4,
    things: list('Drukarka|Laptop|Ekran|Przepustka|Wózek widłowy|Telefon|Grafik|Skrzynka pocztowa'),
    troubles: list(
      'nie działa|jest bardzo wolny|pokazuje błąd|nie otwiera się|zniknął|jest zablokowany|traci połączenie',
    ),
    greetings: list('Dzień dobry,|Cześć,'),
    details: list(
      'Od rana nic nie działa, u kolegów tak samo.|Ponowne uruchomienie nie pomogło.|Wczoraj wszystko było w porządku.|Potrzebujemy tego przed nocną zmianą.|Jestem w hali B na drugim piętrze.',
    ),
    answers: list(
      'Dziękuję za opis, problem jest usunięty.|Nowy sprzęt przyjedzie w czwartek.|Proszę zalogować się ponownie.',
    ),
    thanks: list('Dziękuję, działa!|Niestety błąd wrócił.'),
  },
  {
    share: 3,
    things: list('打印机|电脑|显示器|扫描枪|门禁卡|工资单|邮箱|叉车充电器'),
    troubles: list('无法启动|非常慢|显示错误|打不开|不见了|一直黑屏|被锁定|经常断线'),
    greetings: list('您好，|早上好，|各位同事，'),
    details: list(
      '从今天早上开始不能用，同事也一样。|重启了两次没有变化。|昨天还正常。|夜班之前需要修好。|我在二楼食堂旁边。|主管已经同意。',
    ),
    answers: list('谢谢说明，问题已经解决。|新设备星期四到。|请重新登录一次。|我们在等供应商回复。'),
    thanks: list('可以用了，谢谢！|问题又出现了。'),
  },
  {
    share: 2,
    things: list('プリンター|パソコン|モニター|スキャナー|社員証|給与明細|メール|フォークリフト'),
    troubles: list(
      'が動きません|がとても遅いです|にエラーが出ます|が開きません|が見つかりません|がロックされました',
    ),
    greetings: list('お疲れ様です。|おはようございます。'),
    details: list(
      '今朝から使えません。同僚も同じです。|再起動しましたが変わりません。|昨日は問題ありませんでした。|夜勤の前に必要です。|二階の食堂の隣にいます。',
    ),
    answers: list(
      'ご連絡ありがとうございます。修正しました。|交換品は木曜日に届きます。|一度ログインし直してください。',
    ),
    thanks: list('直りました。ありがとうございます。|また起きました。'),
  },
];

export const firstNames = list(
  'Anna|Bas|Carla|Daan|Eva|Finn|Greta|Hugo|Irina|Jakub|Kim|Lars|Mila|Noah|Olga|Pedro|Quinn|Rosa|Sami|Tess|Umar|Vera|Wim|Xenia|Yara|Zoë|Łukasz|Øyvind|Çağla|José',
);
export const lastNames = list(
  'Adams|Bakker|Costa|Dubois|Eriksen|Fischer|García|Hoekstra|Ivanova|Jansen|Kowalski|Lindberg|Meyer|Novák|Okafor|Peeters|Quist|Rossi|Schmidt|Tanaka|Ueda|Visser|Weiss|Xu|Yıldız|Zieliński|Öztürk|Ångström|Nguyễn|O’Brien',
);
