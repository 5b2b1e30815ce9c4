import { describe, expect, test } from 'vitest';
import { forwardedIn } from '../../../src/mail/reading/forwards.ts';

const anna = { name: 'Anna Example', address: 'anna@example.com' };
const at = (time: string) => new Date(time);

describe('a mail passed on is known', () => {
  test.each([
    [
      'Gmail',
      'Please take this.\n\n---------- Forwarded message ---------\nFrom: Anna Example <anna@example.com>\nDate: Tue, Mar 3, 2026 at 9:14 AM\nSubject: Hum\nTo: <desk@example.com>\n\n\nIt hums.',
      '2026-03-03T09:14:00Z',
    ],
    [
      'Gmail, German',
      '---------- Forwarded message ---------\nVon: Anna Example <anna@example.com>\nDate: Di., 3. März 2026 um 09:14 Uhr\nSubject: Hum\nTo: <desk@example.com>\n\nIt hums.',
      '2026-03-03T09:14:00Z',
    ],
    [
      'Apple Mail',
      'FYI\n\n> Begin forwarded message:\n> \n> From: Anna Example <anna@example.com>\n> Subject: Hum\n> Date: 3 March 2026 at 09:14:00 GMT+1\n> To: desk@example.com\n> \n> It hums.',
      '2026-03-03T08:14:00Z',
    ],
    [
      'Apple Mail, German',
      'Anfang der weitergeleiteten Nachricht:\n\nVon: Anna Example <anna@example.com>\nBetreff: Hum\nDatum: 3. März 2026 um 09:14:00 MEZ\nAn: desk@example.com\n\nIt hums.',
      '2026-03-03T09:14:00Z',
    ],
    [
      'Thunderbird',
      '-------- Forwarded Message --------\nSubject: \tHum\nDate: \tTue, 3 Mar 2026 09:14:00 +0100\nFrom: \tAnna Example <anna@example.com>\nTo: \tdesk@example.com\n\n\n\nIt hums.',
      '2026-03-03T08:14:00Z',
    ],
    [
      'Thunderbird, German',
      'bitte\n\n-------- Weitergeleitete Nachricht --------\nBetreff: \tHum\nDatum: \tTue, 3 Mar 2026 09:14:00 +0100\nVon: \tAnna Example <anna@example.com>\nAn: \tdesk@example.com\n\nIt hums.',
      '2026-03-03T08:14:00Z',
    ],
    [
      'French',
      '---------- Message transféré ---------\nDe : Anna Example <anna@example.com>\nDate : mar. 3 mars 2026 à 09:14\nObjet : Hum\nÀ : desk@example.com\n\nIt hums.',
      '2026-03-03T09:14:00Z',
    ],
    [
      'Spanish',
      '---------- Mensaje reenviado ---------\nDe: Anna Example <anna@example.com>\nFecha: 3 de marzo de 2026 9:14\nAsunto: Hum\nPara: desk@example.com\n\nIt hums.',
      '2026-03-03T09:14:00Z',
    ],
    [
      'Russian',
      '-------- Пересылаемое сообщение --------\nОт кого: Anna Example <anna@example.com>\nКому: desk@example.com\nДата: Вторник, 3 марта 2026, 9:14 +03:00\nТема: Hum\n\nIt hums.',
      '2026-03-03T06:14:00Z',
    ],
    [
      'Chinese',
      '---------- 转发的邮件 ----------\n发件人: Anna Example <anna@example.com>\n日期: 2026年3月3日 9:14\n主题: Hum\n收件人: desk@example.com\n\nIt hums.',
      '2026-03-03T09:14:00Z',
    ],
  ])('%s', (_client, text, date) => {
    expect(forwardedIn(text, null)).toEqual({ from: anna, subject: 'Hum', date: at(date), text: 'It hums.' });
  });

  const outlook =
    'From: Anna Example [mailto:anna@example.com]\nSent: Tuesday, March 3, 2026 9:14 PM\nTo: Desk\nSubject: Hum\n\nIt hums.';
  test('Outlook, whose block is that of an answer too, where the subject says so', () => {
    const expected = { from: anna, subject: 'Hum', date: at('2026-03-03T21:14:00Z'), text: 'It hums.' };
    for (const subject of [
      'FW: Hum',
      'Fwd: Hum',
      'WG: Hum',
      'TR: Hum',
      'RV: Hum',
      'I: Hum',
      'ENC: Hum',
      'PD: Hum',
      '转发: Hum',
    ])
      expect(forwardedIn(`Please take this.\n\n${outlook}`, null, subject)).toEqual(expected);
    expect(forwardedIn(outlook, null, 'Hum')).toEqual(expected);
  });

  test('an answer is not passed on', () => {
    expect(forwardedIn(`Yes.\n\n${outlook}`, null, 'Re: Hum')).toBeNull();
    expect(forwardedIn(`Yes.\n\n${outlook}`, null, 'Hum')).toBeNull();
    expect(forwardedIn(outlook, null, 'AW: Hum')).toBeNull();
    expect(
      forwardedIn('Yes.\n\nOn 3 Mar 2026, Anna <anna@example.com> wrote:\n> It hums.', null, 'Re: Hum'),
    ).toBeNull();
  });

  test('VS: is passed on in Danish and answered in Finnish', () => {
    const danish =
      'Se her.\n\nFra: Anna Example <anna@example.com>\nSendt: 3. marts 2026 09:14\nTil: Desk\nEmne: Hum\n\nIt hums.';
    const finnish =
      'Hei.\n\nLähettäjä: Anna Example <anna@example.com>\nLähetetty: 3. maaliskuuta 2026\nVastaanottaja: Desk\nAihe: Hum\n\nIt hums.';
    expect(forwardedIn(danish, null, 'VS: Hum')).toMatchObject({
      from: anna,
      date: at('2026-03-03T09:14:00Z'),
    });
    expect(forwardedIn(finnish, null, 'VS: Hum')).toBeNull();
    expect(forwardedIn(finnish, null, 'VL: Hum')).toMatchObject({
      from: anna,
      date: at('2026-03-03T00:00:00Z'),
    });
  });

  test('only the outermost counts: what Anna had passed on herself is not hers', () => {
    const text = `---------- Forwarded message ---------\n${outlook}\n\n---------- Forwarded message ---------\nFrom: Olaf <olaf@example.com>\nDate: 2026-03-01\nSubject: Deep\n\nDeep.`;
    expect(forwardedIn(text, null, 'Fwd: Hum')).toMatchObject({ from: anna, subject: 'Hum' });
  });

  test('HTML alone shows it as well', () => {
    const html =
      '<div>Please</div><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>From: <strong>Anna Example</strong> <span>&lt;<a href="mailto:anna@example.com">anna@example.com</a>&gt;</span><br>Date: Tue, Mar 3, 2026 at 9:14 AM<br>Subject: Hum<br>To: &lt;desk@example.com&gt;<br></div><br><p>It hums.</p></div>';
    expect(forwardedIn('', html)).toEqual({
      from: anna,
      subject: 'Hum',
      date: at('2026-03-03T09:14:00Z'),
      text: 'It hums.',
    });
  });

  test.each([
    ['no address', '---------- Forwarded message ---------\nFrom: Anna\nDate: x\nSubject: Hum\n\nIt hums.'],
    ['words alone', 'I forwarded message 5 to you.\nFrom: the third floor'],
    ['nothing', ''],
  ])('%s is none', (_what, text) => {
    expect(forwardedIn(text, null, 'Fwd: Hum')).toBeNull();
  });

  test('a date that cannot be told is none', () => {
    const text =
      '---------- Forwarded message ---------\nFrom: Anna Example <anna@example.com>\nDate: some day\nSubject: Hum\n\nIt hums.';
    expect(forwardedIn(text, null)?.date).toBeNull();
  });
});

test('no text takes long', () => {
  const many = (piece: string) => piece.repeat(Math.ceil(1_000_000 / piece.length));
  for (const text of [
    many('From: a\n'),
    many('- '),
    many('From: a@b.example\nDate: 1\n'),
    many('Begin forwarded message:\n'),
    many('>'),
    `From: ${many('a@')}\nTo: b\nSubject: c`,
    `From: a@b.example\nSubject: x\nDate: ${many('1 ')}`,
  ]) {
    const before = process.cpuUsage();
    forwardedIn(text, null, 'Fwd: x');
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(200);
  }
});
