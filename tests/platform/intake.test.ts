import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { prepareFile } from '../../src/platform/intake.ts';

/** Files that are small until somebody unpacks them. Their kind is told without doing so. */

const folder = mkdtempSync(path.join(tmpdir(), 'intake-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MANY = 200_000_000;

/** One packed entry, which may lie about its size. */
function zip(name: string, claimed = MANY): Buffer {
  const content = Buffer.alloc(MANY, 32);
  const packed = deflateRawSync(content);
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt16LE(20, 4);
  head.writeUInt16LE(8, 8);
  head.writeUInt32LE(crc32(content), 14);
  head.writeUInt32LE(packed.length, 18);
  head.writeUInt32LE(claimed, 22);
  head.writeUInt16LE(name.length, 26);
  return Buffer.concat([head, Buffer.from(name), packed]);
}

function png(width: number, height: number, ...more: [string, Buffer][]): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const size = Buffer.alloc(13);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  size.set([1, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc(Math.min(MANY, (Math.ceil(width / 8) + 1) * height)));
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk('IHDR', size),
    ...more.map(([type, data]) => chunk(type, data)),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const text = (type: string) => Buffer.concat([Buffer.from(`${type}\0\0`), deflateSync(Buffer.alloc(MANY))]);

test.each<[string, string, () => Buffer, string | undefined]>([
  [
    'a document whose table of contents is 200 MB',
    'a.docx',
    () => zip('[Content_Types].xml'),
    'application/zip',
  ],
  ['one that lies about it', 'a.docx', () => zip('[Content_Types].xml', 100), 'application/zip'],
  ['one whose kind is 200 MB', 'a.odt', () => zip('mimetype', 40), 'application/zip'],
  [
    'packed, packed and packed again',
    'a.gz',
    () => gzipSync(gzipSync(gzipSync(Buffer.alloc(MANY)))),
    undefined,
  ],
  ['a picture of 1,600 million points', 'a.png', () => png(40_000, 40_000), undefined],
  ['a small picture with 200 MB of words', 'a.png', () => png(8, 8, ['zTXt', text('Comment')]), 'image/png'],
  ['a small picture with 200 MB of colours', 'a.png', () => png(8, 8, ['iCCP', text('icc')]), 'image/png'],
])('%s costs nothing', { timeout: 30_000 }, async (_name, filename, make, contentType) => {
  const file = path.join(folder, filename);
  writeFileSync(file, make());
  const [before, began] = [process.memoryUsage.rss(), performance.now()];
  const prepared = await prepareFile(file, filename, { allowZip: true });
  expect(performance.now() - began).toBeLessThan(2_000);
  expect((process.memoryUsage.rss() - before) / 1_000_000).toBeLessThan(100);
  expect(prepared?.contentType).toBe(contentType);
  // Where packed files are not taken, one that is no document is none of what we take.
  if (contentType === 'application/zip')
    expect(await prepareFile(file, filename, { allowZip: false })).toBeUndefined();
});
