import { describe, expect, test } from 'vitest';
import { readMail } from '../../../src/mail/reading/reading.ts';
import { attachment, bytes, HEAD, html, mail, multipart, text, withType } from './mails.ts';

describe('the text', () => {
  test('of a plain mail is its body', async () => {
    const read = await readMail(mail(...HEAD, '', 'The printer smokes.', '', 'Anna', ''));
    expect(read).toMatchObject({
      text: 'The printer smokes.\n\nAnna\n',
      html: null,
      files: [],
      problems: [],
    });
  });

  test('of HTML alone comes from the HTML', async () => {
    const read = await readMail(
      withType('text/html', '<style>p{}</style><p>Dear team,</p><ul><li>smoke<li>fire</ul>Anna<br>IT'),
    );
    expect(read.text).toBe('Dear team,\n\n- smoke\n- fire\n\nAnna\nIT');
  });

  test('of two alternatives is the plain one, and the HTML stands beside it', async () => {
    const read = await readMail(multipart('alternative', [text('Hello'), html('<p>Hello</p>')]));
    expect(read).toMatchObject({ text: 'Hello', html: '<p>Hello</p>', files: [] });
  });

  test('of an alternative whose plain part is empty comes from the HTML', async () => {
    const read = await readMail(multipart('alternative', [text(' '), html('<p>Hello</p>')]));
    expect(read.text).toBe('Hello');
  });

  test('goes on after a file, as Apple Mail writes it', async () => {
    const read = await readMail(
      multipart('mixed', [
        html('<p>Before</p>'),
        attachment('a.pdf', 'application/pdf', '%PDF'),
        html('<p>After</p>'),
      ]),
    );
    expect(read.html).toBe('<p>Before</p>\n<p>After</p>');
    expect(read.text).toBe('Before\n\nAfter');
    expect(read.files.map(file => file.filename)).toEqual(['a.pdf']);
  });

  test('of nested parts is found at any depth', async () => {
    const inner = [
      '--b',
      'Content-Type: multipart/related; boundary=c',
      '',
      '--c',
      ...html('<p>Deep</p>'),
      '--c--',
      '--b--',
    ];
    const read = await readMail(
      multipart('mixed', [['Content-Type: multipart/alternative; boundary=b', '', ...inner]]),
    );
    expect(read.html).toBe('<p>Deep</p>');
  });

  test('that flows is joined, and quotes and the signature keep their lines', async () => {
    const body = ['A long ', 'line.', '> quoted ', '> on', '-- ', 'Anna'].join('\r\n');
    const read = await readMail(withType('text/plain; format=flowed', body));
    expect(read.text).toBe('A long line.\n> quoted on\n-- \nAnna');
  });

  test('that flows without its spaces loses them', async () => {
    expect((await readMail(withType('text/plain; format=flowed; delsp=yes', 'Donau \r\ndampf'))).text).toBe(
      'Donaudampf',
    );
  });

  test('beyond a million bytes is a file, too', async () => {
    const read = await readMail(withType('text/plain', 'word '.repeat(300_000)));
    expect(read.text.length).toBe(1_000_000);
    expect(read.files.map(file => [file.filename, file.content.length])).toEqual([
      ['document.txt', 1_500_000],
    ]);
    expect(read.problems.join()).toContain('too long');
  });
});

describe('broken mails', () => {
  test('a part that is never closed is read to the end', async () => {
    const raw = multipart('mixed', [text('Hello'), attachment('a.txt', 'text/plain', 'abc')]);
    const read = await readMail(raw.subarray(0, -10));
    expect(read).toMatchObject({
      text: 'Hello',
      files: [{ filename: 'a.txt', content: Buffer.from('abc') }],
    });
    expect(read.problems).toEqual(['A part has no end; it was read as it is.']);
  });

  test('a boundary that was not declared is found', async () => {
    const read = await readMail(
      mail(...HEAD, 'Content-Type: multipart/mixed', '', '--lost', ...text('Hello'), '--lost--', ''),
    );
    expect(read.text).toBe('Hello');
  });

  test('a multipart without any boundary is read as text', async () => {
    const read = await readMail(mail(...HEAD, 'Content-Type: multipart/mixed', '', 'Hello'));
    expect(read.text).toBe('Hello');
    expect(read.problems.join()).toContain('no boundary');
  });

  test('a head without its empty line ends where fields end', async () => {
    const read = await readMail(mail(...HEAD, 'The printer smokes.', 'Really.'));
    expect(read).toMatchObject({ subject: 'Printer', text: 'The printer smokes.\nReally.' });
  });

  test('a field whose lines lost their indent is still part of the head', async () => {
    const read = await readMail(mail('X-Track: one', 'two three', ...HEAD, '', 'Hello'));
    expect(read).toMatchObject({
      subject: 'Printer',
      text: 'Hello',
      headers: { 'x-track': ['one two three'] },
    });
  });

  test('line ends may be LF, and the line above a mail in a mailbox file is passed over', async () => {
    const read = await readMail(bytes('From anna Mon Mar  2 09:00:00 2026\nSubject: Printer\n\nHello\n'));
    expect(read).toMatchObject({ subject: 'Printer', text: 'Hello\n' });
  });

  test('line ends may be CR alone', async () => {
    const raw = multipart('alternative', [text('Hello'), html('<p>Hello</p>')]);
    const read = await readMail(bytes(raw.toString('latin1').replaceAll('\r\n', '\r')));
    expect(read).toMatchObject({ subject: 'Printer', text: 'Hello', html: '<p>Hello</p>', problems: [] });
  });

  test('nothing at all is a mail without anything', async () => {
    expect(await readMail(Buffer.alloc(0))).toMatchObject({ subject: '', text: '', from: [], files: [] });
  });

  test('base64 with a footer below it keeps its bytes', async () => {
    const body = `${Buffer.from('Hello!!').toString('base64')}\r\n-- \r\nmailing list footer\r\n`;
    expect((await readMail(withType('text/plain', body, 'Content-Transfer-Encoding: base64'))).text).toBe(
      'Hello!!',
    );
  });

  test('quoted-printable with broken escapes keeps them as they are', async () => {
    const body = 'a =3D b, 100=% sure=\r\n, =C3=A4   \r\nend=';
    expect(
      (
        await readMail(
          withType('text/plain; charset=utf-8', body, 'Content-Transfer-Encoding: quoted-printable'),
        )
      ).text,
    ).toBe('a = b, 100=% sure, ä\nend');
  });

  test('NUL and halves of signs are in no text', async () => {
    const read = await readMail(
      mail('Subject: a\0b', 'Content-Type: text/html; charset=utf-8', '', '<p>x\0y &#xd800;</p>'),
    );
    expect(read.subject).not.toContain('\0');
    expect(JSON.stringify(read)).not.toMatch(/\\u0000|\\ud800/);
  });
});
