import { describe, expect, test } from 'vitest';
import { splitHtml, splitReply, splitText } from '../../../src/mail/reading/quoting.ts';

const words = (html: string) =>
  html
    .replace(/<(?:br|\/p|\/div|\/li)[^>]*>/g, ' ')
    .replace(/<[^>]+>/g, '')
    .replace(/&nbsp;/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
const lines = (...lines: string[]) => lines.join('\n');

describe('an attribution is known in many languages', () => {
  test.each([
    ['English', 'On Tue, Mar 3, 2026 at 9:14 AM Olaf Desk <desk@example.com> wrote:'],
    [
      'English, broken over lines',
      'On Tue, Mar 3, 2026 at 9:14 AM A Very Long Name <\ndesk@example.com> wrote:',
    ],
    ['English, Apple', 'On 3 Mar 2026, at 09:14, Olaf Desk <desk@example.com> wrote:'],
    ['English, Zoho', '---- On Tue, 03 Mar 2026 09:14:36 +0100 Olaf <desk@example.com> wrote ----'],
    ['English, without a word', '2026-03-03 9:14 GMT+01:00 Olaf Desk <desk@example.com>:'],
    ['German', 'Am Di., 3. März 2026 um 09:14 Uhr schrieb Olaf Desk <desk@example.com>:'],
    ['German, Thunderbird', 'Am 03.03.26 um 09:14 schrieb Olaf Desk:'],
    ['German, by name', 'Olaf Desk <desk@example.com> schrieb am Di., 3. März 2026, 09:14:'],
    ['French', 'Le mar. 3 mars 2026 à 09:14, Olaf Desk <desk@example.com> a écrit :'],
    ['Spanish', 'El mar, 3 mar 2026 a las 9:14, Olaf Desk (<desk@example.com>) escribió:'],
    ['Portuguese', 'Em ter., 3 de mar. de 2026 às 09:14, Olaf Desk <desk@example.com> escreveu:'],
    ['Italian', 'Il giorno mar 3 mar 2026 alle ore 09:14 Olaf Desk <desk@example.com> ha scritto:'],
    ['Dutch', 'Op di 3 mrt 2026 om 09:14 schreef Olaf Desk <desk@example.com>:'],
    ['Swedish', 'Den tis 3 mars 2026 kl 09:14 skrev Olaf Desk <desk@example.com>:'],
    ['Danish', 'Den tirs. 3. mar. 2026 kl. 09.14 skrev Olaf Desk <desk@example.com>:'],
    ['Norwegian', 'tir. 3. mars 2026 kl. 09:14 skrev Olaf Desk <desk@example.com>:'],
    ['Finnish', 'ti 3. maalisk. 2026 klo 9.14 Olaf Desk (desk@example.com) kirjoitti:'],
    ['Polish', 'wt., 3 mar 2026 o 09:14 Olaf Desk <desk@example.com> napisał(a):'],
    ['Czech', 'út 3. 3. 2026 v 9:14 odesílatel Olaf Desk <desk@example.com> napsal:'],
    ['Slovak', 'ut 3. 3. 2026 o 9:14 Olaf Desk <desk@example.com> napísal(a):'],
    ['Hungarian', 'Olaf Desk <desk@example.com> ezt írta (időpont: 2026. márc. 3., K, 9:14):'],
    ['Russian', 'вт, 3 мар. 2026 г. в 09:14, Olaf Desk <desk@example.com>:'],
    ['Russian, by word', '3 марта 2026 г., 9:14, Olaf Desk <desk@example.com> написал:'],
    ['Ukrainian', 'вт, 3 бер. 2026 р. о 09:14 Olaf Desk <desk@example.com> пише:'],
    ['Bulgarian', 'На вт, 3.03.2026 г. в 9:14 Olaf Desk <desk@example.com> написа:'],
    ['Romanian', 'În mar., 3 mar. 2026 la 09:14, Olaf Desk <desk@example.com> a scris:'],
    ['Greek', 'Στις Τρί 3 Μαρ 2026 στις 9:14 π.μ., ο χρήστης Olaf <desk@example.com> έγραψε:'],
    ['Turkish', 'Olaf Desk <desk@example.com>, 3 Mar 2026 Sal, 09:14 tarihinde şunu yazdı:'],
    ['Croatian', 'uto, 3. ožu 2026. u 09:14 Olaf Desk <desk@example.com> napisao je:'],
    ['Estonian', 'Kuupäev T, 3. märts 2026 kell 09:14 kirjutas Olaf Desk <desk@example.com>:'],
    ['Hebrew', 'בתאריך יום ג׳, 3 במרץ 2026 ב-9:14 מאת Olaf Desk <desk@example.com>:'],
    ['Arabic', 'في الثلاثاء، 3 مارس 2026 في 9:14 ص كتب Olaf Desk <desk@example.com>:'],
    ['Chinese', '于2026年3月3日周二 09:14写道：'],
    ['Chinese, with a name', 'Olaf Desk <desk@example.com> 于2026年3月3日周二 09:14写道：'],
    ['Chinese, Taiwan', 'Olaf Desk <desk@example.com> 於 2026年3月3日 週二 上午9:14寫道：'],
    ['Japanese', '2026年3月3日(火) 9:14 Olaf Desk <desk@example.com>:'],
    ['Korean', '2026년 3월 3일 (화) 오전 9:14, Olaf Desk <desk@example.com>님이 작성:'],
    ['Vietnamese', 'Vào Th 3, 3 thg 3, 2026 vào lúc 09:14 Olaf Desk <desk@example.com> đã viết:'],
    ['Indonesian', 'Pada tanggal Sel, 3 Mar 2026 pukul 09.14 Olaf Desk <desk@example.com> menulis:'],
  ])('%s', (_language, attribution) => {
    for (const quote of ['> What did you see?\n> Olaf', 'What did you see?\nOlaf']) {
      const { text, quotedText } = splitText(`It hums, still.\n\nAnna\n\n${attribution}\n\n${quote}\n`);
      expect(text).toBe('It hums, still.\n\nAnna');
      expect(quotedText).toContain('What did you see?');
    }
  });
});

test.each([
  'Foo Bar skrev den 2016-01-01 12:00:\n> q',
  'Foo Bar wrote on 2016-01-01 at 12:00:\n\nq',
  'John Doe wrote:\n> q\n> r',
  '* Foo <foo@example.com> [2016-01-01 12:00]:\n> q',
  'Quoting Foo <foo@example.com>:\n\n> q',
  '----- Mail original -----\nDe: "Foo" <foo@example.com>\nÀ: x\nEnvoyé: y\n\nq',
  '--- Alkup. viesti ---\nLähettäjä: Foo <foo@example.com>\n\nq',
  '-------- Mensaje original --------\nDe: Foo <foo@example.com>\nFecha: 1/1/16 12:00 (GMT+01:00)\nA: x\nAsunto: y\n\nq',
  'Em Quarta-feira, 30 de Novembro de 2016 10:30, X escreveu:\n\nq',
  'Dne 5. 3. 2016 v 12:00 foo napsal(a):\n> q',
  'Dňa 5.3.2016 o 12:00 foo napísal(a):\n> q',
  'Den 12. feb. 2016 12.00 skrev "Foo" <foo@example.com>:\n> q',
  '在 2016年1月3日，下午3:03，Foo <foo@example.com> 写道：\n\nq',
  '2016-01-03 15:03 GMT+08:00 Foo <foo@example.com>:\n\nq',
  'On Jan 3, 2016 3:03 PM, "Foo" <foo@example.com> wrote:\n>\n> q',
  'El 03/01/2016, a las 15:03, Foo <foo@example.com> escribió:\n\nq',
  'Le 3 janv. 2016 à 15:03, Foo <foo@example.com> a écrit :\n\nq',
  'Il giorno 03/gen/2016, alle ore 15:03, Foo <foo@example.com> ha scritto:\n\nq',
  '3 янв. 2016 г. 15:03 пользователь "Foo" <foo@example.com> написал:\n\n> q',
  'Foo (2016-01-03 15:03):\n> q',
  'Sent with [Proton Mail](https://proton.me/) secure email.\n\n------- Original Message -------\nOn Tuesday, January 3rd, 2016 at 15:03, Foo <foo@example.com> wrote:\n\n> q',
  'Foo <foo@example.com> 於 2016年1月3日 下午3:03 寫道：\n\nq',
  'W dniu 3 stycznia 2016 15:03 użytkownik Foo <foo@example.com> napisał:\n\n> q',
  'W dniu 03.01.2016 o 15:03, Foo pisze:\n> q',
  'Op 3-1-2016 om 15:03 schreef Foo:\n> q',
  'Op 3 januari 2016 15:03 schreef Foo <foo@example.com>:\n\n> q',
  'Am 03.01.2016 15:03, schrieb Foo:\n> q',
  'Foo schrieb am 03.01.2016 um 15:03:\n> q',
  'Dana 3. siječnja 2016. 15:03 Foo <foo@example.com> je napisao/la:\n\nq',
  'Την 3 Ιανουαρίου 2016 3:03 μ.μ., ο χρήστης Foo <foo@example.com> έγραψε:\n\nq',
  '2016. január 3. 15:03 Foo <foo@example.com> írta:\n\n> q',
  '2016-01-03 15:03, Foo skrev:\n> q',
  'På 3. januar 2016 på 15:03:13, Foo (foo@example.com) skrev:\n\nq',
  '3 Ocak 2016 15:03 tarihinde Foo <foo@example.com> yazdı:\n\n> q',
  'Pe 3 ianuarie 2016, 15:03, Foo <foo@example.com> a scris:\n\nq',
  '3 янв 2016, в 15:03, Foo <foo@example.com> написал(а):\n\n> q',
  'Pada 3 Jan 2016 15:03, "Foo" <foo@example.com> menulis:\n\nq',
  'Ter, 3 de jan de 2016 às 15:03, Foo <foo@example.com> escreveu:\n\n> q',
  'sam. 3 janv. 2016 à 15:03, Foo <foo@example.com> a écrit :\n\n> q',
  'Mandag den 3. januar 2016 skrev Foo <foo@example.com>:\n\n> q',
  '3. jaanuar 2016 15:03 kirjutas Foo <foo@example.com>:\n\n> q',
  '2016年1月3日 15:03、Foo <foo@example.com>のメール:\n\n> q',
  '2016. 1. 3., 오후 3:03, Foo <foo@example.com> 작성:\n\n> q',
  'Dnia 2016-01-03 15:03 Foo napisał(a):\n\nq',
  'Fra: Foo [mailto:foo@example.com]\nSendt: 3. januar 2016 15:03\nTil: x\nEmne: y\n\nq',
  'From: Foo <foo@example.com>\nReply to: x\nDate: Monday\nTo: y\nSubject: z\n\nq',
])('further forms: %j', quote => {
  expect(splitText(`Thanks, that works.\n\n${quote}`).text).toBe('Thanks, that works.');
});

describe('a block of headers is known in many languages', () => {
  test.each([
    [
      'English',
      'From: Olaf <desk@example.com>\nSent: Tuesday, March 3, 2026 9:14 AM\nTo: Anna\nSubject: Hum',
    ],
    ['English, bold', '*From:* Olaf <desk@example.com>\n*Sent:* Tuesday\n*To:* Anna\n*Subject:* Hum'],
    [
      'German',
      'Von: Olaf <desk@example.com>\nGesendet: Dienstag, 3. März 2026 09:14\nAn: Anna\nBetreff: Hum',
    ],
    ['French', 'De : Olaf <desk@example.com>\nEnvoyé : mardi 3 mars 2026 09:14\nÀ : Anna\nObjet : Hum'],
    [
      'Spanish',
      'De: Olaf <desk@example.com>\nEnviado: martes, 3 de marzo de 2026 9:14\nPara: Anna\nAsunto: Hum',
    ],
    ['Italian', 'Da: Olaf <desk@example.com>\nInviato: martedì 3 marzo 2026 09:14\nA: Anna\nOggetto: Hum'],
    ['Portuguese', 'De: Olaf <desk@example.com>\nEnviada em: terça-feira\nPara: Anna\nAssunto: Hum'],
    [
      'Dutch',
      'Van: Olaf <desk@example.com>\nVerzonden: dinsdag 3 maart 2026 09:14\nAan: Anna\nOnderwerp: Hum',
    ],
    ['Swedish', 'Från: Olaf <desk@example.com>\nSkickat: den 3 mars 2026 09:14\nTill: Anna\nÄmne: Hum'],
    ['Danish', 'Fra: Olaf <desk@example.com>\nSendt: 3. marts 2026 09:14\nTil: Anna\nEmne: Hum'],
    ['Finnish', 'Lähettäjä: Olaf <desk@example.com>\nLähetetty: tiistai\nVastaanottaja: Anna\nAihe: Hum'],
    ['Polish', 'Od: Olaf <desk@example.com>\nWysłano: wtorek, 3 marca 2026 09:14\nDo: Anna\nTemat: Hum'],
    ['Czech', 'Od: Olaf <desk@example.com>\nOdesláno: úterý 3. března 2026 9:14\nKomu: Anna\nPředmět: Hum'],
    ['Russian', 'От: Olaf <desk@example.com>\nОтправлено: 3 марта 2026 г. 9:14\nКому: Anna\nТема: Hum'],
    ['Turkish', 'Kimden: Olaf <desk@example.com>\nGönderildi: 3 Mart 2026\nKime: Anna\nKonu: Hum'],
    ['Greek', 'Από: Olaf <desk@example.com>\nΣτάλθηκε: Τρίτη\nΠρος: Anna\nΘέμα: Hum'],
    ['Chinese', '发件人: Olaf <desk@example.com>\n发送时间: 2026年3月3日 9:14\n收件人: Anna\n主题: Hum'],
    ['Japanese', '差出人: Olaf <desk@example.com>\n送信日時: 2026年3月3日 9:14\n宛先: Anna\n件名: Hum'],
    ['Korean', '보낸 사람: Olaf <desk@example.com>\n날짜: 2026년 3월 3일\n받는 사람: Anna\n제목: Hum'],
    [
      'under a rule',
      '________________________________\nVon: Olaf <desk@example.com>\nGesendet: Dienstag\nAn: Anna\nBetreff: x',
    ],
    [
      'with a long line broken',
      'From: Olaf\n<a-very-long-address@example.com>\nSent: Tuesday\nTo: Anna\nSubject: Hum',
    ],
    ['announced', '-----Ursprüngliche Nachricht-----\nVon: Olaf <desk@example.com>\nBetreff: Hum'],
    ['announced alone', '-----Original Message-----'],
    ['announced in Polish', '-----Oryginalna wiadomość-----'],
    ['forwarded', '---------- Forwarded message ---------\nFrom: Olaf <desk@example.com>\nSubject: Hum'],
  ])('%s', (_language, block) => {
    const { text, quotedText } = splitText(`It hums, still.\n\n${block}\n\nWhat did you see?\nOlaf`);
    expect(text).toBe('It hums, still.');
    expect(quotedText).toContain('What did you see?');
  });
});

describe('what is not a quote stays', () => {
  test.each([
    [
      'a sentence that begins like one',
      'On Monday 2 printers broke.\nI wrote to them:\nthey did not answer.',
    ],
    ['a question', 'On average it works. As I wrote:\nit hums.'],
    [
      'a table with a rule',
      'Name     Room\n-------------\nAnna     204\nOlaf     205\n\nPlease change both.',
    ],
    ['dashes before items', 'Please:\n-- first this\n-- then that'],
    ['times in a list', 'It hums at\n2026-03-03 09:14\n03.03.2026 10:15\nand again at noon.'],
    ['a listing', '$ ls -l\n-rw------- 1 http http 62 Feb 15 12:45\nsess_07\n'],
    ['two headers alone', 'From: the third floor\nTo: the second floor\nthe lift hums.'],
    ['a mail that is only a quote', '> all of this\n> was said before'],
    ['nothing', ''],
    ['a face', ':-)'],
    ['words about a phone', 'The mail was sent from my iPhone and never arrived.'],
  ])('%s', (_what, text) => {
    expect(splitText(text)).toEqual({ text, quotedText: '' });
  });

  test('answers between quotes are kept whole, with what they answer', () => {
    const text = lines(
      'On 3 Mar 2026, at 09:14, Olaf <desk@example.com> wrote:',
      '> Does it hum?',
      '',
      'Yes.',
      '',
      '> Since when?',
      '',
      'Monday.',
    );
    expect(splitText(text)).toEqual({ text, quotedText: '' });
    const greeted = `Hello Olaf,\n\n${text}`;
    expect(splitText(greeted).text).toBe(greeted);
  });

  test('an answer below a whole quote is the reply', () => {
    const { text, quotedText } = splitText(
      'On 3 Mar 2026, at 09:14, Olaf <desk@example.com> wrote:\n> Does it hum?\n> Olaf\n\nYes, since Monday.',
    );
    expect(text).toBe('Yes, since Monday.');
    expect(quotedText).toContain('> Does it hum?');
  });

  test('lines that a client broke out of a quote belong to it', () => {
    const wide = '> This is a line of a quote that a mail client broke because it is far too';
    const { text } = splitText(`Yes.\n\nOn 3 Mar 2026, Olaf wrote:\n${wide}\nwide to fit.\n> Olaf`);
    expect(text).toBe('Yes.');
  });
});

describe('signatures and footers are folded, not lost', () => {
  test.each([
    ['by the standard', '-- \nAnna Example\n+49 30 1234'],
    ['without its space', '--\nAnna Example'],
    ['below a rule', '________________________________\nExample AG\nTel.: +49 30 1234\nwww.example.com'],
    ['of a mailing list', '__\nusers mailing list\nusers@lists.example.com'],
    ['of a phone', 'Sent from my iPhone'],
    ['of a phone, German', 'Von meinem iPhone gesendet'],
    ['of a phone, French', 'Envoyé depuis mon iPhone'],
    ['of a phone, Dutch', 'Verstuurd vanaf mijn iPhone'],
    ['of a phone, Spanish', 'Enviado desde mi iPhone'],
    ['of a phone, Japanese', 'iPhoneから送信'],
    ['of a phone, Chinese', '发自我的iPhone'],
    ['of Outlook', 'Get Outlook for iOS<https://aka.ms/o0ukef>'],
  ])('%s', (_what, signature) => {
    const { text, quotedText } = splitText(`It hums, still.\n\n${signature}\n`);
    expect(text).toBe('It hums, still.');
    expect(quotedText).toContain(signature.split('\n').at(-1));
  });

  test('one before a quote is folded with it', () => {
    const { text } = splitText('It hums.\n\n-- \nAnna\n\nOn 3 Mar 2026, Olaf wrote:\n> Does it?');
    expect(text).toBe('It hums.');
  });
});

describe('our own mails begin with a line to write above', () => {
  test.each([
    '##- Write your answer above this line. It goes straight to the ticket. -##',
    '> ##- Schreib deine Antwort über diese Linie. -##\n> ',
    '##- Piši odgovor nad ovom crtom. -##',
    'Write your answer above this line. It goes straight to the ticket.',
    '##- Please type your reply above this line -##',
  ])('%s', line => {
    const { text } = splitText(
      `It hums.\n\nSomebody, in a language nobody knows, 9:14:\n${line}${line.startsWith('>') ? '' : '\n\n'}Olaf answered`,
    );
    expect(text).toBe('It hums.');
  });
});

describe('HTML is split as the clients build it', () => {
  test.each([
    [
      'Gmail',
      '<div dir="ltr">It hums.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">ლუკა, 9 სთ:<br></div><blockquote class="gmail_quote">Does it?</blockquote></div>',
    ],
    [
      'Outlook',
      '<div class="WordSection1"><p>It hums.</p><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p><b>От:</b> Olaf</p></div><p>Does it?</p></div>',
    ],
    [
      'Outlook in a browser',
      '<div>It hums.</div><hr tabindex="-1"><div id="divRplyFwdMsg"><b>Z:</b> Olaf</div><div>Does it?</div>',
    ],
    [
      'Outlook on a phone',
      '<div>It hums.</div><div id="ms-outlook-mobile-signature">Get Outlook</div><div id="mail-editor-reference-message-container"><div>Does it?</div></div>',
    ],
    [
      'Apple Mail',
      '<body>It hums.<br><div><br><blockquote type="cite"><div>On 3 Mar 2026, at 9:14, Olaf wrote:</div><br><div>Does it?</div></blockquote></div></body>',
    ],
    [
      'Thunderbird',
      '<p>It hums.</p><div class="moz-cite-prefix">ka la ma 9:14</div><blockquote type="cite" cite="mid:x"><p>Does it?</p></blockquote>',
    ],
    [
      'Yahoo',
      '<div>It hums.</div><div class="ydp12yahoo_quoted" id="ydp12yahoo_quoted_1"><div>x</div><div>Does it?</div></div>',
    ],
    [
      'Zimbra',
      '<div>It hums.<br><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__"><b>z: </b>Olaf</div>Does it?</div>',
    ],
    [
      'Proton',
      '<div>It hums.</div><div class="protonmail_quote">x<br><blockquote type="cite">Does it?</blockquote></div>',
    ],
    [
      'Yandex',
      '<p>It hums.<br>03.03.2026, 9:14, "Olaf" &lt;<a href="mailto:d@example.com">d@example.com</a>&gt;:</p><blockquote>Does it?</blockquote>',
    ],
    [
      'plain, with a line broken by tags',
      '<div>It hums.</div><div>On <b>3 Mar 2026</b>, Olaf &lt;<a href="#">d@example.com</a>&gt; wrote:<br></div><div>Does it?</div>',
    ],
    ['a signature', '<div>It hums.</div><div class="gmail_signature">Does it?</div>'],
  ])('%s', (_client, html) => {
    const split = splitHtml(html);
    expect(words(split?.html ?? '')).toBe('It hums.');
    expect(words(split?.quotedHtml ?? '')).toContain('Does it?');
  });

  test('both halves are balanced, and keep the elements around them', () => {
    const split = splitHtml(
      '<div class="a"><p>It <b>hums</b>.</p><blockquote type="cite"><p>Does <i>it</i>?</p></blockquote></div>',
    );
    expect(split).toEqual({
      html: '<div class="a"><p>It <b>hums</b>.</p></div>',
      quotedHtml: '<div class="a"><blockquote type="cite"><p>Does <i>it</i>?</p></blockquote></div>',
    });
  });

  test('a rule at the end is no quote', () => {
    const html = '<p>It hums.</p><hr><p>Each day at noon, in every room. Call me at www.example.com.</p><hr>';
    expect(splitHtml(html)).toEqual({ html, quotedHtml: null });
  });

  test('a long page is split at the same place', () => {
    const long = '<p>It hums &amp; hums, day and night, and nobody comes.</p>'.repeat(300);
    const split = splitHtml(`<div>${long}<blockquote type="cite"><p>Does it?</p></blockquote></div>`);
    expect(split?.html).toBe(`<div>${long}</div>`);
    expect(split?.quotedHtml).toBe('<div><blockquote type="cite"><p>Does it?</p></blockquote></div>');
  });

  test('pictures, lists and preformatted lines stay where they were', () => {
    const html =
      '<ul><li>It hums: <img src="cid:a"></li></ul><pre>a &lt; b\n  c</pre><blockquote type="cite"><img src="cid:b">Does it?</blockquote>';
    const split = splitHtml(html);
    expect(split?.html).toContain('<img src="cid:a">');
    expect(split?.html).toContain('<pre>a &lt; b\n  c</pre>');
    expect(split?.html).not.toContain('cid:b');
    expect(split?.quotedHtml).toContain('<img src="cid:b">');
  });

  test('answers between quotes are kept whole', () => {
    const html =
      '<div>On 3 Mar 2026, Olaf wrote:</div><blockquote>Does it?</blockquote><p>Yes.</p><blockquote>Since?</blockquote><p>Monday.</p>';
    expect(splitHtml(html)).toEqual({ html, quotedHtml: null });
  });
});

describe('both forms of one mail', () => {
  const html = '<p>It hums.</p><div class="yahoo_quoted"><p>Does it?</p></div>';
  test('without a text part the text is made of the HTML', () => {
    expect(splitReply({ text: null, html }, words)).toEqual({
      text: 'It hums.',
      html: '<p>It hums.</p>',
      quotedText: 'Does it?',
      quotedHtml: '<div class="yahoo_quoted"><p>Does it?</p></div>',
    });
  });
  test('where the text does not show the quote, the HTML decides', () => {
    expect(splitReply({ text: 'It hums.\n\nDoes it?', html }, words).text).toBe('It hums.');
  });
  test('a mail without anything is empty', () => {
    expect(splitReply({ text: null, html: null }, words)).toEqual({
      text: '',
      html: null,
      quotedText: '',
      quotedHtml: null,
    });
  });
});

describe('no mail takes long', () => {
  /** Of the processor, not of the wall: others may be at work on this machine. */
  const millisecondsOf = (work: () => void) => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  const many = (piece: string) => piece.repeat(Math.ceil(1_000_000 / piece.length));
  test.each([
    ['one line of quotes', many('>')],
    ['lines of quotes', many('>\n')],
    ['deep quotes', Array.from({ length: 1400 }, (_, depth) => '>'.repeat(depth)).join('\n')],
    ['On On On', many('On ')],
    ['On, a line each', many('On\n')],
    ['almost attributions', many('On 3 Mar 2026 at 9:14\n')],
    ['almost attributions with addresses', many('On 3 Mar 2026 a@b.example\n')],
    ['attributions', many('On 3 Mar 2026, Olaf wrote:\n')],
    ['almost headers', many('From: a\n')],
    ['headers', many('From: a\nTo: b\nSubject: c\n\n')],
    ['announcements', many('Begin forwarded message:\n')],
    ['announcements between dashes', many('--- abcd ---\n')],
    ['a long signature', `a\n-- \n${many('b\n')}`],
    ['cards', many('\n_____\nb@c.example\n')],
    ['dashes', many('- ')],
    ['rules', many('_____\n')],
    ['rules with spaces', many('-- --')],
    ['phones', many('Sent from \n')],
    ['von', many('von ')],
    ['blanks', many(' ')],
    ['empty lines', many('\n')],
    ['colons', many(':')],
    ['no break', many('a')],
    ['at signs', many('a@')],
    ['markers', many('##- ')],
    ['weekdays', many('pe. 20. ')],
  ])('%s', (_what, text) => {
    expect(millisecondsOf(() => splitText(text))).toBeLessThan(200);
  });

  test.each([
    ['deep elements', many('<div>')],
    ['deep quotes', many('<blockquote>')],
    ['unclosed tags', many('<')],
    ['attributes', `<div ${many('a=b ')}>`],
    ['a long class', `<div class="${many('gmail_quote ')}">`],
    ['a long style', `<div style="${many('border:none;')}">`],
    ['entities', many('&lt;')],
    ['breaks', many('<br>')],
    ['comments', many('<!--')],
    ['paragraphs', many('<p>On 3</p>')],
    ['pre', `<pre>${many('a\n')}</pre>`],
  ])('HTML of %s', (_what, html) => {
    expect(millisecondsOf(() => splitHtml(html))).toBeLessThan(200);
  });
});
