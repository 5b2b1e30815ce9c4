import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { readMail } from '../../../src/mail/reading/reading.ts';
import { bytes, mail, withType } from './mails.ts';

const textOf = async (body: Buffer, charset?: string) =>
  (await readMail(withType(charset ? `text/plain; charset=${charset}` : 'text/plain', body))).text;

describe('a body is read', () => {
  test.each([
    ['utf-8', 'Übergrößenträger: 20 €'],
    ['iso-8859-1', 'Übergrößenträger'],
    ['windows-1252', 'Übergrößenträger – 20 €'],
    ['iso-8859-15', '20 € für Œuvres'],
    ['windows-1251', 'Принтер дымится'],
    ['koi8-r', 'Принтер дымится'],
    ['gb2312', '打印机在冒烟'],
    ['big5', '印表機在冒煙'],
    ['shift_jis', 'プリンターから煙が出ています'],
    ['euc-jp', 'プリンターから煙が出ています'],
    ['ks_c_5601-1987', '프린터에서 연기가 납니다'],
    ['utf-7', 'Übermittlung fehlgeschlagen'],
    ['utf-16', 'Übermittlung'],
  ])('in %s as declared', async (charset, words) => {
    const name = { ks_c_5601: 'cp949', gb2312: 'gb18030' }[charset] ?? charset;
    expect(
      await textOf(
        iconv.encode(words, charset.startsWith('ks_') ? 'cp949' : name, { addBOM: charset === 'utf-16' }),
        charset,
      ),
    ).toBe(words);
  });

  test('in ISO-2022-JP as declared, or not declared at all', async () => {
    const body = bytes('\x1b$B%W%j%s%?!<\x1b(B');
    expect(await textOf(body, 'iso-2022-jp')).toBe('プリンター');
    expect(await textOf(body)).toBe('プリンター');
  });

  test('in Shift JIS where ISO-2022-JP was declared and it is none', async () => {
    expect(await textOf(iconv.encode('プリンター', 'shift_jis'), 'iso-2022-jp')).toBe('プリンター');
  });

  test('as UTF-8 where it is valid UTF-8, whatever was declared', async () => {
    for (const declared of [
      undefined,
      'iso-2022-jp',
      'utf-7',
      'iso-8859-1',
      'us-ascii',
      'gb2312',
      'no-such-charset',
    ])
      expect(await textOf(Buffer.from('Größe – 打印机'), declared)).toBe('Größe – 打印机');
  });

  test('as windows-1252 where UTF-8 was declared and it is none', async () => {
    expect(await textOf(bytes('Gr\xf6\xdfe f\xfcr alle'), 'utf-8')).toBe('Größe für alle');
  });

  test('as UTF-8 with a hole where only its end is cut off', async () => {
    expect(await textOf(Buffer.from('Größe für älle').subarray(0, -4), 'utf-8')).toMatch(
      /^Größe für (ä|\ufffd)$/,
    );
  });

  test.each(['windows-1251', 'koi8-r', 'gb18030', 'euc-jp', 'shift_jis', 'cp949'])(
    'by its looks in %s',
    async charset => {
      const words: Record<string, string> = {
        gb18030: '打印机在冒烟，请尽快派人来看看，谢谢。',
        'euc-jp': 'プリンターからけむりがでています。みてください。',
        shift_jis: 'ぷりんたーからけむりがでています。みてください。',
        cp949: '프린터에서 연기가 납니다. 빨리 와 주세요.',
      };
      const text = words[charset] ?? 'Принтер дымится, пожалуйста, приходите скорее';
      expect(await textOf(iconv.encode(text, charset))).toBe(text);
    },
  );

  test('by its looks though it is short', async () => {
    expect(await textOf(iconv.encode('机房环境法规', 'gb18030'))).toBe('机房环境法规');
  });

  test('as windows-1252 where nothing is declared and nothing else fits', async () => {
    expect(await textOf(bytes('Caf\xe9 \x96 d\xe9j\xe0 vu'))).toBe('Café – déjà vu');
  });

  test('in HTML as its own head declares it', async () => {
    const body = iconv.encode('<meta charset="iso-8859-2"><p>Žluťoučký kůň</p>', 'iso-8859-2');
    expect((await readMail(withType('text/html', body))).text).toBe('Žluťoučký kůň');
  });
});

describe('a header is read', () => {
  const subjectOf = async (raw: string) => (await readMail(bytes(`Subject: ${raw}\r\n\r\n`))).subject;

  test.each([
    ['=?utf-8?Q?Gr=C3=B6=C3=9Fe_20_=E2=82=AC?=', 'Größe 20 €'],
    ['=?iso-8859-1?q?Gr=F6=DFe?= of =?windows-1252?Q?it?=', 'Größe of it'],
    ['=?utf-8?B?R3LDtsOf?= =?utf-8?B?ZQ==?=', 'Größe'],
    // Cut amid a letter.
    ['=?utf-8?B?R3LD?=\r\n =?utf-8?B?tsOfZQ==?=', 'Größe'],
    // With spaces, which no encoded word may hold.
    ['=?utf-8?Q?Gr=C3=B6=C3=9Fe of it?=', 'Größe of it'],
    ['=?no-such?Q?Hello?=', 'Hello'],
    ['=?utf-8?Q?never ends', '=?utf-8?Q?never ends'],
    ['Gr\xc3\xb6\xc3\x9fe', 'Größe'],
    ['Gr\xf6\xdfe', 'Größe'],
    ['A\r\n folded\r\n\tline', 'A folded line'],
    ['=?utf-8?Q?two=0D=0ALines?=', 'two Lines'],
  ])('%j as %j', async (raw, shown) => {
    expect(await subjectOf(raw)).toBe(shown);
  });

  test('names of files by RFC 2231, by encoded words and as bare bytes', async () => {
    const nameOf = async (disposition: string) =>
      (
        await readMail(
          Buffer.concat([
            mail('Content-Type: application/pdf', ''),
            bytes(`Content-Disposition: attachment; ${disposition}\r\n\r\nx`),
          ]),
        )
      ).files[0]?.filename;
    expect(await nameOf("filename*=utf-8''Gr%C3%B6%C3%9Fe.pdf")).toBe('Größe.pdf');
    expect(await nameOf("filename*0*=utf-8''Gr%C3%B6; filename*1*=%C3%9Fe; filename*2=.pdf")).toBe(
      'Größe.pdf',
    );
    expect(await nameOf('filename="=?iso-8859-1?Q?Gr=F6=DFe=2Epdf?="')).toBe('Größe.pdf');
    expect(await nameOf('filename="Gr\xc3\xb6\xc3\x9fe.pdf"')).toBe('Größe.pdf');
    expect(await nameOf('filename=Gr\xf6\xdfe of it.pdf')).toBe('Größe of it.pdf');
  });
});

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('%s is no charset', async name => {
  expect(await textOf(Buffer.from('Gr\u00fc\u00dfe'), name)).toBe('Gr\u00fc\u00dfe');
  expect(await textOf(bytes('Gr\xfc\xdfe'), name)).toBe('Gr\u00fc\u00dfe');
  expect((await readMail(mail(`Subject: =?${name}?Q?Hello?=`, '', ''))).subject).toBe('Hello');
});

test.each(['utf-16le', 'utf-16be', 'utf-32', 'utf-7'])(
  'a text in %s says nothing about the header',
  async charset => {
    const head = ['From: A+AGE-nna <anna@example.com>', `Content-Type: text/plain; charset=${charset}`];
    const read = await readMail(Buffer.concat([mail(...head, '', ''), iconv.encode('Printer', charset)]));
    expect(read.from).toEqual([{ name: 'A+AGE-nna', address: 'anna@example.com' }]);
    expect(read.text).toBe('Printer');
  },
);
