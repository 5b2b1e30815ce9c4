import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { fileTypeFromFile } from 'file-type';
import sharp from 'sharp';

export type Prepared = { contentType: string; isImage: boolean; source: AsyncIterable<Uint8Array> };

const BINARY: Record<string, string> = {
  'application/pdf': 'application/pdf',
  'image/jpeg': 'image/jpeg',
  'image/png': 'image/png',
  'image/gif': 'image/gif',
  'image/webp': 'image/webp',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document':
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet':
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation':
    'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  'application/x-cfb': 'application/x-cfb',
};
// The old Office container says only "compound file": the name decides among the three it may be.
const OLD_OFFICE: Record<string, string> = {
  '.doc': 'application/msword',
  '.xls': 'application/vnd.ms-excel',
  '.ppt': 'application/vnd.ms-powerpoint',
};
const TEXT: Record<string, string> = {
  '.txt': 'text/plain',
  '.log': 'text/plain',
  '.csv': 'text/csv',
  '.md': 'text/plain',
};

const MAX_PIXELS = 40_000_000;

/**
 * What a file really is, by its content and not by its name; undefined if it is not a kind we take.
 * JPEG and PNG lose their metadata (place, device, owner) here.
 */
export async function prepareFile(
  file: string,
  filename: string,
  { allowZip }: { allowZip: boolean },
): Promise<Prepared | undefined> {
  const extension = path.extname(filename).toLowerCase();
  const found = (await fileTypeFromFile(file))?.mime;
  if (!found) return TEXT[extension] && (await isText(file)) ? stored(file, TEXT[extension]) : undefined;
  if (found === 'application/zip') return allowZip ? stored(file, found) : undefined;
  if (found === 'application/x-cfb')
    return OLD_OFFICE[extension] ? stored(file, OLD_OFFICE[extension]) : undefined;
  const contentType = BINARY[found];
  if (!contentType) return undefined;
  return contentType === 'image/jpeg' || contentType === 'image/png'
    ? cleaned(file, contentType)
    : stored(file, contentType);
}

const stored = (file: string, contentType: string): Prepared => ({
  contentType,
  isImage: contentType.startsWith('image/'),
  source: createReadStream(file),
});

/** Undefined for a picture that cannot be read or would be too large once unpacked. */
async function cleaned(file: string, contentType: 'image/jpeg' | 'image/png'): Promise<Prepared | undefined> {
  try {
    const picture = sharp(await readFile(file), { limitInputPixels: MAX_PIXELS }).rotate();
    const bytes = await (contentType === 'image/jpeg'
      ? picture.jpeg({ quality: 92 })
      : picture.png()
    ).toBuffer();
    return { contentType, isImage: true, source: Readable.from([bytes]) };
  } catch {
    return undefined;
  }
}

/** UTF-8 without control characters in its first 64 KB. */
async function isText(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(65_536), 0, 65_536, 0);
    const bytes = buffer.subarray(0, bytesRead);
    const broken = bytes.toString('utf8').match(/\ufffd/g)?.length ?? 0;
    // The last letter may be cut in half; escape (27) opens colours in logs.
    return broken <= 1 && !bytes.some(byte => byte < 9 || (byte > 13 && byte < 32 && byte !== 27));
  } finally {
    await handle.close();
  }
}

/** A small WebP of a picture, never larger than 160 pixels a side: twice what a page shows. */
export const thumbnailOf = (picture: Buffer): Promise<Buffer> =>
  sharp(picture, { limitInputPixels: MAX_PIXELS, animated: false })
    .rotate()
    .resize(160, 160, { fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 78 })
    .toBuffer();
