import { decode, decodeText, tidyCharset } from './charset.ts';
import { LIMITS } from './limits.ts';
import { MAPI, type Property, readProperties } from './tnef-properties.ts';
import { expandRtf } from './tnef-rtf.ts';

export type TnefFile = { filename: string; contentType: string; contentId: string | null; content: Buffer };
export type Tnef = { files: TnefFile[]; text: string | null; html: string | null; rtf: Buffer | null };

const SIGNATURE = 0x223e9f78;
/** Attributes of the stream, by the ids of [MS-OXTNEF]. */
const AT = {
  body: 0x800c,
  data: 0x800f,
  title: 0x8010,
  render: 0x9002,
  properties: 0x9003,
  attachment: 0x9005,
  codePage: 0x9007,
};
const MESSAGE_IN_MESSAGE = '0703020000000000c000000000000046';

type Draft = { title: string; data: Buffer | null; properties: Property[] };

/** What Outlook packs into winmail.dat. Null where it is none; a broken one gives what comes before its break. */
export function readTnef(bytes: Buffer, depth = 0): Tnef | null {
  if (bytes.length < 6 || bytes.readUInt32LE(0) !== SIGNATURE) return null;
  const found: Tnef = { files: [], text: null, html: null, rtf: null };
  const drafts: Draft[] = [];
  let charset = 'windows-1252';
  for (const { id, data } of attributesOf(bytes)) {
    const draft = drafts.at(-1);
    if (id === AT.codePage && data.length >= 4) charset = charsetOf(data.readUInt32LE(0));
    else if (id === AT.render && drafts.length < LIMITS.files)
      drafts.push({ title: '', data: null, properties: [] });
    else if (id === AT.title && draft) draft.title = textOf(data, charset).trim();
    else if (id === AT.data && draft) draft.data = data;
    else if (id === AT.attachment && draft) draft.properties = readProperties(data);
    else if (id === AT.body) found.text ??= textOf(data, charset);
    else if (id === AT.properties) addBodies(found, readProperties(data), charset);
  }
  for (const draft of drafts) addFile(found, draft, charset, depth);
  // Only once: a few bytes of it can mean ten megabytes.
  found.rtf = found.rtf && depth === 0 ? expandRtf(found.rtf) : null;
  return found;
}

function* attributesOf(bytes: Buffer): Generator<{ id: number; data: Buffer }> {
  let at = 6;
  // Level, id, type, length, data, checksum.
  while (at + 9 <= bytes.length) {
    const level = bytes[at]!;
    const [id, length] = [bytes.readUInt16LE(at + 1), bytes.readUInt32LE(at + 5)];
    if ((level !== 1 && level !== 2) || at + 9 + length > bytes.length) return;
    yield { id, data: bytes.subarray(at + 9, at + 9 + length) };
    at += 9 + length + 2;
  }
}

const charsetOf = (page: number) =>
  tidyCharset(page === 65001 ? 'utf-8' : page === 932 ? 'shift_jis' : `cp${page}`) ?? 'windows-1252';
const textOf = (data: Buffer, charset: string) => decodeText(data, charset).replace(/\0+$/, '');

function stringOf(property: Property | undefined, charset: string): string {
  if (!property) return '';
  return property.isWide
    ? decode(property.data, 'utf-16le').replace(/\0[\s\S]*$/, '')
    : textOf(property.data, charset);
}

function addBodies(found: Tnef, properties: Property[], charset: string) {
  const get = (id: number) => properties.find(property => property.id === id);
  const [text, html, rtf] = [get(MAPI.body), get(MAPI.html), get(MAPI.rtf)];
  if (text) found.text = stringOf(text, charset);
  if (html)
    found.html = html.isWide
      ? stringOf(html, charset)
      : decodeText(html.data, metaCharset(html.data) || charset);
  if (rtf) found.rtf = rtf.data;
}

export const metaCharset = (html: Buffer) =>
  /<meta[^>]{0,200}charset\s*=\s*["']?([\w-]{2,30})/i.exec(html.toString('latin1', 0, 4_000))?.[1] ?? '';

function addFile(found: Tnef, { title, data, properties }: Draft, charset: string, depth: number) {
  const get = (id: number) => properties.find(property => property.id === id);
  const said = (id: number) => stringOf(get(id), charset);
  const object = get(MAPI.data)?.data ?? null;
  if (object && object.subarray(0, 16).toString('hex') === MESSAGE_IN_MESSAGE && depth < 3) {
    const inner = readTnef(object.subarray(16), depth + 1);
    if (inner) return void found.files.push(...inner.files);
  }
  const content = data ?? (get(MAPI.data)?.isObject ? object?.subarray(16) : object);
  if (!content || found.files.length >= LIMITS.files) return;
  found.files.push({
    filename: said(MAPI.longName) || title || said(MAPI.shortName) || said(MAPI.displayName),
    contentType: said(MAPI.mimeType).toLowerCase() || 'application/octet-stream',
    contentId: said(MAPI.contentId).replace(/[<>]/g, '') || null,
    content,
  });
}
