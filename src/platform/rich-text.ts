import { LRUCache } from 'lru-cache';
import MarkdownIt from 'markdown-it';
import sanitize from 'sanitize-html';

const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true, typographer: false }).disable(
  'image',
);

// An allow-list, applied after rendering too: no style, form, id, name, class, hx-*, data-*, or image.
const ALLOWED: sanitize.IOptions = {
  allowedTags: [
    'p',
    'br',
    'b',
    'strong',
    'i',
    'em',
    's',
    'del',
    'u',
    'code',
    'pre',
    'blockquote',
    'ul',
    'ol',
    'li',
    'a',
    'h2',
    'h3',
    'h4',
    'hr',
    'table',
    'thead',
    'tbody',
    'tr',
    'th',
    'td',
  ],
  allowedAttributes: { a: ['href', 'rel', 'target'], ol: ['start'] },
  allowedClasses: { b: ['mention'] },
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowProtocolRelative: false,
  transformTags: {
    h1: 'h3',
    a: (tagName, attribs) => ({
      tagName,
      attribs: { href: attribs.href ?? '', rel: 'noopener noreferrer nofollow ugc' },
    }),
  },
  disallowedTagsMode: 'discard',
};

const rendered = new LRUCache<string, string>({
  max: 2_000,
  maxSize: 20_000_000,
  sizeCalculation: (html, source) => html.length + source.length + 1,
});

const MAX_MARKDOWN = 20_000;

const MAX_CELLS = 10_000;

/** A short row of a wide table is filled up: two characters become a hundred cells, and thousands of rows a second of work. */
function hasTooManyCells(source: string): boolean {
  let columns = 0;
  let cells = 0;
  for (const line of source.split('\n')) {
    if (line.trim() === '') columns = 0;
    if (line.includes('-') && /^[\s>|:-]+$/.test(line)) columns = Math.max(columns, line.split('|').length);
    cells += columns;
  }
  return cells > MAX_CELLS;
}

const plainParagraph = (source: string) =>
  `<p>${markdown.utils.escapeHtml(source).replaceAll('\n', '<br>')}</p>`;

// "@Marek Nowak" of those the message names (`env.names`) is marked; any other "@" is a letter.
markdown.inline.ruler.before('link', 'mention', (state, silent) => {
  if (state.src[state.pos] !== '@') return false;
  const names = (state.env as { names?: readonly string[] }).names ?? [];
  const rest = state.src.slice(state.pos + 1);
  const name = names.find(each => rest.startsWith(each));
  if (!name || /[\p{L}\p{N}_.@]$/u.test(state.src.slice(Math.max(0, state.pos - 2), state.pos))) return false;
  if (!silent) {
    state.push('mention_open', 'b', 1).attrs = [['class', 'mention']];
    state.push('text', '', 0).content = `@${name}`;
    state.push('mention_close', 'b', -1);
  }
  state.pos += name.length + 1;
  return true;
});

/** Markdown of a person as safe HTML. The same text is rendered once and kept in memory. `names` it mentions are marked. */
export function richText(source: string, names: readonly string[] = []): string {
  const key = names.length > 0 ? `${source}\0${names.join('\0')}` : source;
  const kept = rendered.get(key);
  if (kept !== undefined) return kept;
  // Longer texts are logs, not letters: read as Markdown, a hundred kilobytes hold the process up for half a second.
  const html =
    source.length > MAX_MARKDOWN || hasTooManyCells(source)
      ? plainParagraph(source)
      : sanitize(markdown.render(source, { names }), ALLOWED).trim();
  rendered.set(key, html);
  return html;
}

/** Markdown as plain lines, for the text part of a mail; what is escaped there is plain here. */
export const plainText = (source: string) =>
  source
    .replace(/\r\n?/g, '\n')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .trim();
