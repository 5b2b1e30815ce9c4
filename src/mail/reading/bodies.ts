import { decodeText } from './charset.ts';
import { unflow } from './flowed.ts';
import { textAsHtml } from './html.ts';
import { htmlToText, isTooDeep, withoutTags, workOf } from './html-text.ts';
import type { Leaf } from './leaves.ts';
import { LIMITS, type Problems } from './limits.ts';
import { fieldOf, type Part } from './parts.ts';
import { metaCharset } from './tnef.ts';
import { decodeTransfer } from './transfer.ts';

export type Bodies = {
  /** Null where the mail has no text part, only HTML. */
  text: string | null;
  html: string | null;
  /** Names of the pictures that stand between texts, for who makes files of them. */
  placed: Map<Part, string>;
  /** Parts that were too long to be shown whole. */
  tooLong: Part[];
  /** Bytes and tags so far. */
  read: { text: number; html: number; tags: number };
};

/** What is shown at one place: the same as text and as HTML, or a picture. */
type Piece = { text: string | null; html: string | null; picture: Part | null; alternative: Part | null };

/** The text of a mail, put together from all the parts that are read, in their order. */
export function readBodies(leaves: Leaf[], problems: Problems): Bodies {
  const bodies: Bodies = {
    text: null,
    html: null,
    placed: new Map(),
    tooLong: [],
    read: { text: 0, html: 0, tags: 0 },
  };
  const pieces: Piece[] = [];
  for (const { part, kind, alternative } of leaves) {
    if (kind === 'file') continue;
    const same =
      kind === 'picture' || !alternative
        ? undefined
        : pieces.find(piece => piece.alternative === alternative && !piece.picture);
    const piece = same ?? { text: null, html: null, picture: null, alternative };
    if (!same) pieces.push(piece);
    if (kind === 'picture') piece.picture = part;
    else addBody(piece, kind, read(part, kind, bodies, problems));
  }
  join(bodies, pieces);
  return bodies;
}

function addBody(piece: Piece, kind: 'text' | 'html', body: string) {
  const before = piece[kind];
  piece[kind] = before === null ? body : `${before}${kind === 'text' ? '\n' : '<br>'}${body}`;
}

function read(part: Part, kind: 'text' | 'html', bodies: Bodies, problems: Problems): string {
  const bytes = decodeTransfer(part.body, fieldOf(part.fields, 'content-transfer-encoding'));
  const most = LIMITS[kind] - bodies.read[kind];
  if (bytes.length > most) {
    problems.tell('The text is too long to be shown whole; the rest of it is a file.');
    bodies.tooLong.push(part);
  }
  const { charset = '', format, delsp } = part.type.parameters;
  const some = bytes.subarray(0, most);
  bodies.read[kind] += some.length;
  const text = decodeText(some, charset || (kind === 'html' ? metaCharset(some) : '')).replace(
    /\r+\n|\r/g,
    '\n',
  );
  if (kind === 'html') return readable(text, part, bodies, problems);
  const isFlowed = format?.toLowerCase() === 'flowed';
  return isFlowed ? unflow(text, { delsp: delsp?.toLowerCase() === 'yes' }) : text;
}

/** HTML as it is, or only its words where tags are so many or so deep that they were made to be. */
function readable(html: string, part: Part, bodies: Bodies, problems: Problems): string {
  bodies.read.tags += workOf(html);
  if (bodies.read.tags <= LIMITS.tags && !isTooDeep(html, LIMITS.depthOfHtml)) return html;
  problems.tell('The HTML has too many tags; its words were read, and it is a file.');
  bodies.tooLong.push(part);
  return textAsHtml(withoutTags(html));
}

function join(bodies: Bodies, pieces: Piece[]) {
  const shown = pieces.filter(piece => !piece.picture);
  if (shown.some(({ text }) => text !== null && text.trim() !== ''))
    bodies.text = shown.map(({ text, html }) => text ?? htmlToText(html ?? '')).join('\n');
  const html = shown.map(piece => piece.html ?? '').join('');
  const loose = pieces.filter(({ picture }) => picture && !isReferenced(picture, html));
  if (!html && loose.length === 0) return;
  bodies.html = pieces
    .filter(piece => !piece.picture || loose.includes(piece))
    .map(piece =>
      piece.picture ? placed(piece.picture, bodies) : (piece.html ?? textAsHtml(piece.text ?? '')),
    )
    .join('\n');
}

export const contentIdOf = (part: Part) =>
  fieldOf(part.fields, 'content-id')
    .replace(/[<>\s]/g, '')
    .slice(0, 300);
const isReferenced = (part: Part, html: string) =>
  contentIdOf(part) !== '' && html.includes(`cid:${contentIdOf(part)}`);

function placed(part: Part, bodies: Bodies): string {
  const id = /^[\w.@+-]+$/.test(contentIdOf(part)) ? contentIdOf(part) : `picture-${bodies.placed.size + 1}`;
  bodies.placed.set(part, id);
  return `<p><img src="cid:${id}"></p>`;
}
