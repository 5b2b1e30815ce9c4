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

const plainParagraph = (source: string) =>
  `<p>${markdown.utils.escapeHtml(source).replaceAll('\n', '<br>')}</p>`;

/** Markdown of a person as safe HTML. The same text is rendered once and kept in memory. */
export function richText(source: string): string {
  const kept = rendered.get(source);
  if (kept !== undefined) return kept;
  // Longer texts are logs, not letters: read as Markdown, a hundred kilobytes hold the process up for half a second.
  const html =
    source.length > MAX_MARKDOWN ? plainParagraph(source) : sanitize(markdown.render(source), ALLOWED).trim();
  rendered.set(source, html);
  return html;
}

/** Markdown as plain lines, for the text part of a mail. */
export const plainText = (source: string) => source.replace(/\r\n?/g, '\n').trim();
