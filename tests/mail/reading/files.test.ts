import { describe, expect, test } from 'vitest';
import { safeName } from '../../../src/mail/reading/names.ts';
import { readMail } from '../../../src/mail/reading/reading.ts';
import { attachment, HEAD, html, mail, multipart, text, withType } from './mails.ts';

const named = (read: { files: { filename: string }[] }) => read.files.map(file => file.filename);

describe('files', () => {
  test('are whole, byte by byte', async () => {
    const content = Buffer.from(Array.from({ length: 5_000 }, (_, index) => (index * 7) % 256));
    const read = await readMail(
      multipart('mixed', [text('Hello'), attachment('a.bin', 'application/zip', content)]),
    );
    expect(read.files).toEqual([
      { filename: 'a.bin', contentType: 'application/zip', content, contentId: null, role: 'file' },
    ]);
  });

  test('that the HTML shows are inline, the others are not', async () => {
    const picture = (name: string, id: string) => attachment(name, 'image/png', 'PNG', `Content-ID: <${id}>`);
    const read = await readMail(
      multipart('related', [
        html('<p>See <img src="cid:a@x"></p>'),
        picture('a.png', 'a@x'),
        picture('b.png', 'b@x'),
      ]),
    );
    expect(read.html).toBe('<p>See <img src="cid:a@x" alt="" /></p>');
    expect(read.files.map(file => [file.filename, file.contentId, file.role])).toEqual([
      ['a.png', 'a@x', 'inline'],
      ['b.png', 'b@x', 'file'],
    ]);
  });

  test('that are pictures between the lines of a plain mail are shown there', async () => {
    const picture = ['Content-Type: image/png; name=a.png', 'Content-Disposition: inline', '', 'PNG'];
    const read = await readMail(multipart('mixed', [text('Above <it>'), picture, text('Below')]));
    expect(read.html).toBe(
      '<p>Above &lt;it&gt;</p>\n<p><img src="cid:picture-1" alt="" /></p>\n<p>Below</p>',
    );
    expect(read.files).toMatchObject([{ filename: 'a.png', contentId: 'picture-1', role: 'inline' }]);
    expect(read.text).toBe('Above <it>\nBelow');
  });

  test('that are mails are .eml files by their subject, and are not opened', async () => {
    const inner = mail(
      'Subject: =?utf-8?Q?Gr=C3=B6=C3=9Fe?=',
      'Content-Type: multipart/mixed; boundary=i',
      '',
      '--i',
      ...text('inner'),
      '--i--',
    );
    const read = await readMail(
      multipart('mixed', [text('Hello'), ['Content-Type: message/rfc822', '', inner.toString()]]),
    );
    expect(read.text).toBe('Hello');
    expect(read.files).toMatchObject([
      { filename: 'Größe.eml', contentType: 'message/rfc822', content: inner },
    ]);
  });

  test('without a name get one by their kind, and names that come twice are numbered', async () => {
    const part = (type: string) => [`Content-Type: ${type}`, 'Content-Disposition: attachment', '', 'x'];
    const read = await readMail(
      multipart(
        'mixed',
        ['image/png', 'image/jpeg', 'image/png', 'application/pdf', 'application/x-odd', 'text/html'].map(
          part,
        ),
      ),
    );
    expect(named(read)).toEqual([
      'image.png',
      'image.jpg',
      'image1.png',
      'document.pdf',
      'file',
      'document.html',
    ]);
  });

  test('that were written into the text itself leave it', async () => {
    const read = await readMail(
      mail(...HEAD, '', 'Above', 'begin 644 a.txt', '#0V%T', '`', 'end', 'Below', ''),
    );
    expect(read.text).toBe('Above\nBelow\n');
    expect(read.files).toMatchObject([{ filename: 'a.txt', content: Buffer.from('Cat') }]);
  });

  test('beyond two hundred stay in the original, which is told', async () => {
    const read = await readMail(
      multipart(
        'mixed',
        Array.from({ length: 250 }, (_, n) => attachment(`${n}.txt`, 'text/plain', 'x')),
      ),
    );
    expect(read.files).toHaveLength(200);
    expect(read.problems.join()).toContain('200 files');
  });
});

describe('names of files are safe', () => {
  test.each([
    ['../../etc/passwd', '_.._etc_passwd'],
    ['C:\\Windows\\system.ini', 'C__Windows_system.ini'],
    ['a\u0000b\nc.txt', 'a b c.txt'],
    ['harmless\u202Etxt.exe', 'harmlesstxt.exe'],
    ['con.txt', '_con.txt'],
    ['what?*.txt', 'what__.txt'],
    ['  . ', 'file'],
    ['', 'file'],
    [`${'a'.repeat(300)}.pdf`, `${'a'.repeat(146)}.pdf`],
  ])('%j becomes %j', (name, safe) => {
    expect(safeName(name)).toBe(safe);
  });
});

describe('sealed parts are kept as they are and labelled', () => {
  test('S/MIME, encrypted', async () => {
    const read = await readMail(
      withType(
        'application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m',
        'MIIB',
        'Content-Transfer-Encoding: base64',
      ),
    );
    expect(read).toMatchObject({
      text: '',
      labels: ['encrypted'],
      files: [{ filename: 'smime.p7m', role: 'sealed' }],
    });
  });

  test('S/MIME, signed as a whole and beside the text', async () => {
    const whole = await readMail(
      withType(
        'application/pkcs7-mime; smime-type=signed-data; name=smime.p7m',
        'MIIB',
        'Content-Transfer-Encoding: base64',
      ),
    );
    expect(whole).toMatchObject({ labels: ['signed'], files: [{ role: 'sealed' }] });
    const beside = await readMail(
      multipart('signed', [text('Hello'), attachment('smime.p7s', 'application/pkcs7-signature', 'x')]),
    );
    expect(beside).toMatchObject({
      text: 'Hello',
      labels: ['signed'],
      files: [{ filename: 'smime.p7s', role: 'sealed' }],
    });
  });

  test('PGP in parts', async () => {
    const parts = [
      ['Content-Type: application/pgp-encrypted', '', 'Version: 1'],
      ['Content-Type: application/octet-stream; name=encrypted.asc', '', 'abc'],
    ];
    const read = await readMail(multipart('encrypted', parts));
    expect(read).toMatchObject({
      text: '',
      labels: ['encrypted'],
      files: [{ role: 'sealed' }, { filename: 'encrypted.asc', role: 'sealed' }],
    });
  });

  test('PGP in the text', async () => {
    expect((await readMail(mail(...HEAD, '', '-----BEGIN PGP MESSAGE-----', 'abc'))).labels).toEqual([
      'encrypted',
    ]);
    expect((await readMail(mail(...HEAD, '', '-----BEGIN PGP SIGNED MESSAGE-----', 'abc'))).labels).toEqual([
      'signed',
    ]);
  });
});

describe('an invitation', () => {
  const invitation = [
    ...[
      'BEGIN:VCALENDAR',
      'METHOD:REQUEST',
      'BEGIN:VTIMEZONE',
      'TZID:Europe/Berlin',
      'BEGIN:STANDARD',
      'DTSTART:19701025T030000',
      'END:STANDARD',
      'END:VTIMEZONE',
    ],
    ...[
      'BEGIN:VEVENT',
      'SUMMARY:Look at the printer\\, ',
      ' together',
      'DTSTART;TZID="Europe/Berlin":20260302T090000',
      'DTEND:20260302T083000Z',
    ],
    ...[
      'LOCATION:Room 5\\; door left',
      'ORGANIZER;CN="Anna Nowak":mailto:anna@example.com',
      'BEGIN:VALARM',
      'SUMMARY:Alarm',
      'END:VALARM',
      'END:VEVENT',
      'END:VCALENDAR',
    ],
  ];

  test('says what is asked, when, where and by whom, and is kept as a file', async () => {
    const read = await readMail(
      multipart('alternative', [
        text('You are invited'),
        ['Content-Type: text/calendar; method=REQUEST', '', ...invitation],
      ]),
    );
    expect(read.calendar).toEqual({
      method: 'REQUEST',
      summary: 'Look at the printer, together',
      start: '2026-03-02T09:00:00 Europe/Berlin',
      end: '2026-03-02T08:30:00Z',
      location: 'Room 5; door left',
      organizer: 'Anna Nowak <anna@example.com>',
    });
    expect(read).toMatchObject({
      text: 'You are invited',
      labels: ['calendar'],
      files: [{ filename: 'invite.ics' }],
    });
  });

  test('of a whole day has a day', async () => {
    const lines = [
      'BEGIN:VCALENDAR',
      'BEGIN:VEVENT',
      'DTSTART;VALUE=DATE:20260302',
      'END:VEVENT',
      'END:VCALENDAR',
    ];
    const read = await readMail(
      multipart('mixed', [text('x'), attachment('a.ics', 'application/octet-stream', lines.join('\r\n'))]),
    );
    expect(read.calendar).toMatchObject({ method: '', start: '2026-03-02', end: null, organizer: '' });
  });

  test('that is none is a file', async () => {
    const read = await readMail(
      multipart('mixed', [text('x'), ['Content-Type: text/calendar', '', 'no calendar']]),
    );
    expect(read).toMatchObject({ calendar: null, labels: [], files: [{ filename: 'invite.ics' }] });
  });
});
