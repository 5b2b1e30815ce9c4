import sanitize from 'sanitize-html';
import { LIMITS } from './limits.ts';

export type SafeHtml = { html: string; hasRemoteImages: boolean };

const TEXT =
  'p br b strong i em s strike del ins u code pre kbd samp tt blockquote q cite small big sub sup span div center font abbr address hr';
const LISTS = 'ul ol li dl dt dd h1 h2 h3 h4 h5 h6';
const TABLES = 'table caption colgroup col thead tbody tfoot tr th td';

const HOST = /^https?:\/\/[^/\s]/i;
const CID = /^cid:/i;
const SIDE = ['left', 'right', 'center'];

/**
 * A mail's HTML by an allow-list: words, lists, tables, links, pictures. No style, form, id, name, class, hx-*, data-*
 * or event of theirs. Pictures from elsewhere ask nobody before the reader does: they are there as `data-src`; those
 * that came along keep `cid:` until somebody knows where their files are.
 */
export function safeHtml(html: string): SafeHtml {
  let hasRemoteImages = false;
  const img = (_: string, from: sanitize.Attributes): sanitize.Tag => {
    const source = (from.src ?? '').trim();
    const isRemote = HOST.test(source) || source.startsWith('//');
    hasRemoteImages ||= isRemote;
    const kept: sanitize.Attributes = CID.test(source)
      ? { src: `cid:${source.slice(4)}` }
      : isRemote
        ? { 'data-src': source.replace(/^\/\//, 'https://') }
        : {};
    return { tagName: 'img', attribs: { ...kept, ...sizes(from), alt: from.alt ?? '' } };
  };
  const clean = sanitize(html, {
    allowedTags: `${TEXT} ${LISTS} ${TABLES} a img`.split(' '),
    allowedAttributes: {
      a: ['href', 'rel', 'title'],
      img: ['src', 'data-src', 'alt', 'width', 'height'],
      td: ['colspan', 'rowspan', 'align'],
      th: ['colspan', 'rowspan', 'align'],
      ol: ['start'],
      '*': ['dir', 'lang', { name: 'align', multiple: false, values: SIDE }],
    },
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    allowedSchemesByTag: { img: ['http', 'https', 'cid'] },
    allowedSchemesAppliedToAttributes: ['href', 'src', 'data-src'],
    allowProtocolRelative: false,
    nonTextTags: [
      'script',
      'style',
      'textarea',
      'option',
      'noscript',
      'title',
      'template',
      'svg',
      'math',
      'xml',
    ],
    nestingLimit: LIMITS.nesting,
    transformTags: { img, a: link, h1: 'h3', h2: 'h4' },
    // A picture without a source we know is a hole: trackers and broken ones.
    exclusiveFilter: ({ tag, attribs }) => tag === 'img' && !attribs.src && !attribs['data-src'],
  });
  return { html: clean.trim(), hasRemoteImages };
}

function link(tagName: string, { href, title }: sanitize.Attributes): sanitize.Tag {
  const shown: sanitize.Attributes = title ? { title: title.slice(0, 500) } : {};
  return {
    tagName,
    attribs: href ? { href: href.trim(), rel: 'noopener noreferrer nofollow ugc', ...shown } : {},
  };
}

const sizes = (from: sanitize.Attributes): sanitize.Attributes =>
  Object.fromEntries(
    (['width', 'height'] as const).flatMap(name => {
      const size = /^\s*(\d{1,4})(px)?\s*$/.exec(from[name] ?? '')?.[1];
      return size ? [[name, size]] : [];
    }),
  );

/** Plain text as HTML, for a mail whose pictures stand between its lines. */
export function textAsHtml(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<p>${escaped.replaceAll('\n', '<br>')}</p>`;
}
