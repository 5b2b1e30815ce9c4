import { describe, expect, test } from 'vitest';
import { readMail } from '../../../src/mail/reading/reading.ts';
import { readTnef } from '../../../src/mail/reading/tnef.ts';
import { expandRtf } from '../../../src/mail/reading/tnef-rtf.ts';
import { attachment, multipart, text } from './mails.ts';

const u16 = (value: number) => Buffer.from([value & 255, value >> 8]);
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};
const attribute = (id: number, data: Buffer | string) =>
  Buffer.concat([Buffer.from([2]), u16(id), u16(6), u32(data.length), Buffer.from(data), u16(0)]);
const tnef = (...attributes: Buffer[]) => Buffer.concat([u32(0x223e9f78), u16(1), ...attributes]);

const padded = (data: Buffer) => Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
const sized = (type: number, id: number, data: Buffer) =>
  Buffer.concat([u16(type), u16(id), u32(1), u32(data.length), padded(data)]);
const wide = (id: number, words: string) => sized(0x1f, id, Buffer.from(`${words}\0`, 'utf16le'));
const binary = (id: number, data: Buffer) => sized(0x0102, id, data);
const properties = (...all: Buffer[]) => Buffer.concat([u32(all.length), ...all]);

const BEGIN = attribute(0x9002, Buffer.alloc(14));
const file = (name: string, content: string) => [
  BEGIN,
  attribute(0x8010, `${name}\0`),
  attribute(0x800f, content),
];
const winmail = (content: Buffer) => attachment('winmail.dat', 'application/ms-tnef', content);

describe('winmail.dat', () => {
  test('is opened: its files come instead of it', async () => {
    const content = tnef(...file('a.txt', 'abc'), ...file('b.txt', 'def'));
    const read = await readMail(multipart('mixed', [text('Hello'), winmail(content)]));
    expect(read).toMatchObject({ text: 'Hello', labels: ['tnef'] });
    expect(read.files.map(each => [each.filename, each.content.toString()])).toEqual([
      ['a.txt', 'abc'],
      ['b.txt', 'def'],
    ]);
  });

  test('says the long name, the kind and the content id of a file', () => {
    const long = properties(wide(0x3707, 'Größe.png'), wide(0x370e, 'image/png'), wide(0x3712, '<a@x>'));
    const found = readTnef(
      tnef(BEGIN, attribute(0x8010, 'GRSSE~1.PNG\0'), attribute(0x800f, 'PNG'), attribute(0x9005, long)),
    );
    expect(found?.files).toEqual([
      { filename: 'Größe.png', contentType: 'image/png', contentId: 'a@x', content: Buffer.from('PNG') },
    ]);
  });

  test('gives the text of a mail that has none', async () => {
    const content = tnef(
      attribute(
        0x9003,
        properties(wide(0x1000, 'Hello'), binary(0x1013, Buffer.from('<p onclick="x">Hello</p>'))),
      ),
    );
    const read = await readMail(multipart('mixed', [winmail(content)]));
    expect(read).toMatchObject({ text: 'Hello', html: '<p>Hello</p>', files: [] });
  });

  test('gives RTF as a file only where nothing else says anything', async () => {
    const rtf = Buffer.concat([u32(16), u32(3), Buffer.from('MELA'), u32(0), Buffer.from('abc')]);
    const content = tnef(attribute(0x9003, properties(binary(0x1009, rtf))));
    const alone = await readMail(multipart('mixed', [winmail(content)]));
    expect(alone.files).toMatchObject([{ filename: 'message.rtf', content: Buffer.from('abc') }]);
    const beside = await readMail(multipart('mixed', [text('Hello'), winmail(content)]));
    expect(beside.files).toEqual([]);
  });

  test('numbers, names of properties and lists of values are passed over', () => {
    const number = Buffer.concat([u16(3), u16(0x0e07), u32(1)]);
    const named = Buffer.concat([
      u16(0x1f),
      u16(0x8001),
      Buffer.alloc(16),
      u32(1),
      u32(4),
      Buffer.from('a\0\0\0'),
      u32(1),
      u32(2),
      Buffer.from('b\0\0\0'),
    ]);
    const list = Buffer.concat([u16(0x1003), u16(0x6000), u32(2), u32(1), u32(2)]);
    expect(
      readTnef(tnef(attribute(0x9003, properties(number, named, list, wide(0x1000, 'Hello')))))?.text,
    ).toBe('Hello');
  });

  test('a mail in it gives its files, a few mails deep', () => {
    const message = (inner: Buffer) =>
      Buffer.concat([
        BEGIN,
        attribute(
          0x9005,
          properties(
            sized(
              0x0d,
              0x3701,
              Buffer.concat([Buffer.from('0703020000000000c000000000000046', 'hex'), inner]),
            ),
          ),
        ),
      ]);
    let nested = tnef(...file('deep.txt', 'abc'));
    expect(readTnef(tnef(message(nested)))?.files.map(each => each.filename)).toEqual(['deep.txt']);
    for (let depth = 0; depth < 50; depth += 1) nested = tnef(message(nested));
    expect(readTnef(nested)).not.toBeNull();
  });

  test('that is cut off gives what comes before', () => {
    const whole = tnef(...file('a.txt', 'abc'), ...file('b.txt', 'def'));
    for (let length = 0; length < whole.length; length += 1) {
      const names = readTnef(whole.subarray(0, length))?.files.map(each => each.filename) ?? [];
      expect(['a.txt', 'b.txt'].slice(0, names.length)).toEqual(names);
    }
  });

  test('whose lengths lie is no harm', () => {
    const lying = Buffer.concat([u32(0xffffffff), u16(0x1f), u16(0x1000), u32(0xffffffff), u32(0xffffffff)]);
    expect(readTnef(tnef(attribute(0x9003, lying), ...file('a.txt', 'abc')))?.files).toHaveLength(1);
    expect(
      readTnef(Buffer.concat([tnef(), Buffer.from([1]), u16(0x800c), u16(0), u32(0xffffffff)]))?.text,
    ).toBeNull();
  });

  test('that is none stays a file', async () => {
    const read = await readMail(multipart('mixed', [text('Hello'), winmail(Buffer.from('no TNEF'))]));
    expect(read).toMatchObject({
      labels: [],
      files: [{ filename: 'winmail.dat', content: Buffer.from('no TNEF') }],
    });
  });
});

describe('RTF in it', () => {
  const packed = (size: number, kind: string, content: Buffer) =>
    Buffer.concat([u32(content.length + 12), u32(size), Buffer.from(kind), u32(0), content]);

  test('is unpacked', () => {
    // "{\rtf1\ansi" out of the dictionary (at 0, 11 signs), then " x".
    const content = Buffer.from([0b00000001, 0x00, 0x09, 0x20, 0x78]);
    expect(expandRtf(packed(13, 'LZFu', content))?.toString()).toBe('{\\rtf1\\ansi x');
    expect(expandRtf(packed(3, 'MELA', Buffer.from('abc')))?.toString()).toBe('abc');
  });

  test('grows no larger than ten megabytes, whatever it says', () => {
    const endless = Buffer.concat(
      Array.from({ length: 100_000 }, () => Buffer.from([0xff, ...Array(8).fill([0x00, 0x0f]).flat()])),
    );
    expect(expandRtf(packed(0xffffffff, 'LZFu', endless))!.length).toBeLessThanOrEqual(10_000_000);
    expect(expandRtf(Buffer.from('short'))).toBeNull();
  });
});
