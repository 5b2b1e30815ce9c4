import path from 'node:path';
import { whole } from './charset.ts';
import { oneLine } from './words.ts';

/** Names by kind for what came without one. */
const KINDS: [type: RegExp, name: string, ending: string][] = [
  [/^message\/delivery-status/, 'delivery-status', 'txt'],
  [/^text\/rfc822-headers/, 'headers', 'txt'],
  [/^text\/html/, 'document', 'html'],
  [/^text\/calendar/, 'invite', 'ics'],
  [/^text\/(vcard|x-vcard|directory)/, 'contact', 'vcf'],
  [/^text\/csv/, 'table', 'csv'],
  [/^text\//, 'document', 'txt'],
  [/^image\/jpe?g/, 'image', 'jpg'],
  [/^image\/(png|gif|webp|bmp|tiff)/, 'image', ''],
  [/^video\/quicktime/, 'video', 'mov'],
  [/^video\/(mp4|mpeg|webm)/, 'video', ''],
  [/^audio\/(mpeg|mp3)/, 'audio', 'mp3'],
  [/^application\/pdf/, 'document', 'pdf'],
  [/^application\/zip/, 'archive', 'zip'],
  [/^application\/(x-)?pkcs7-signature/, 'smime', 'p7s'],
  [/^application\/(x-)?pkcs7-mime/, 'smime', 'p7m'],
  [/^application\/pgp-signature/, 'signature', 'asc'],
  [/^application\/ms-tnef/, 'winmail', 'dat'],
];

/** `document.html`, or the sender's description with that ending; `file` where nothing is known. */
export function nameByKind(type: string, description = ''): string {
  const found = KINDS.find(([pattern]) => pattern.test(type));
  if (!found) return 'file';
  const [, name, ending] = found;
  return safeName(`${description || name}.${ending || type.split('/')[1]}`);
}

/** Windows takes none of these as a name, whatever the ending. */
const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;

/**
 * A name that is safe on every disk and in every header: no folder, no control or direction sign, nothing that a
 * shell or Windows would take for more than a letter, and its ending kept where it must be cut.
 */
export function safeName(name: string): string {
  const tidy = oneLine(name.normalize('NFC'))
    .replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffd]/g, '')
    .replace(/[/\\]+/g, '_')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/\s+/g, ' ')
    .replace(/^[.\s]+|[.\s]+$/g, '')
    .replace(DEVICES, '_$1');
  if (tidy === '') return 'file';
  const ending = path.extname(tidy).slice(0, 20);
  return tidy.length <= 150 ? tidy : whole(`${tidy.slice(0, 150 - ending.length).trimEnd()}${ending}`);
}

/** Makes names differ: `image.png`, `image1.png`. */
export function createNaming() {
  const taken = new Set<string>();
  return (wanted: string): string => {
    const { name, ext } = path.parse(wanted);
    let free = wanted;
    for (let count = 1; taken.has(free); count += 1) free = `${name}${count}${ext}`;
    taken.add(free);
    return free;
  };
}
