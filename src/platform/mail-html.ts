import { LRUCache } from 'lru-cache';
import sanitize from 'sanitize-html';

/** Text and tables as people write them, nothing that a page could be built of: no style, form, id, name, class, data-* or hx-*. */
const TAGS = [
  ...[
    'p',
    'br',
    'div',
    'span',
    'b',
    'strong',
    'i',
    'em',
    's',
    'del',
    'u',
    'sup',
    'sub',
    'small',
    'code',
    'pre',
  ],
  ...['blockquote', 'ul', 'ol', 'li', 'dl', 'dt', 'dd', 'a', 'h2', 'h3', 'h4', 'hr', 'img'],
  ...['table', 'caption', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td'],
];

/** Pictures of a mail that are kept with its message: the file of each Content-ID, and the ids that may be named. */
export type MailPictures = ReadonlyMap<string, number>;

const LINK = { rel: 'noopener noreferrer nofollow ugc' };
const drawn = new LRUCache<string, string>({
  max: 500,
  maxSize: 10_000_000,
  sizeCalculation: (html, source) => html.length + source.length + 1,
});

/**
 * HTML of a mail for a page of ours, cleaned again however clean it was when it was kept. A picture is a file of the same
 * message, given by its Content-ID or its address here, or it is not there: nothing is ever fetched from elsewhere.
 */
export function mailHtml(html: string, pictures: MailPictures): string {
  const key = `${[...pictures].join(' ')}\0${html}`;
  const kept = drawn.get(key);
  if (kept !== undefined) return kept;
  const clean = sanitize(html, {
    allowedTags: TAGS,
    allowedAttributes: {
      a: ['href', 'rel'],
      img: ['src', 'alt', 'width', 'height', 'loading'],
      ol: ['start'],
      td: ['colspan', 'rowspan'],
      th: ['colspan', 'rowspan'],
    },
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    allowedSchemesByTag: { img: [] },
    allowProtocolRelative: false,
    nonTextTags: ['style', 'script', 'textarea', 'option', 'noscript', 'title'],
    disallowedTagsMode: 'discard',
    transformTags: {
      h1: 'h2',
      h5: 'h4',
      h6: 'h4',
      a: (tagName, { href = '' }) => ({ tagName, attribs: { href, ...LINK } }),
      img: (tagName, attribs) => ({ tagName, attribs: pictureOf(attribs, pictures) }),
    },
    exclusiveFilter: ({ tag, attribs }) => tag === 'img' && !attribs.src,
  }).trim();
  drawn.set(key, clean);
  return clean;
}

function pictureOf({ src = '', alt = '', width, height }: sanitize.Attributes, pictures: MailPictures) {
  const named = /^\/attachments\/(\d{1,15})$/.exec(src)?.[1];
  const cid = /^cid:(.{1,500})$/i.exec(src)?.[1];
  const id = named ? Number(named) : cid ? pictures.get(unescaped(cid)) : undefined;
  if (id === undefined || ![...pictures.values()].includes(id)) return {};
  return {
    src: `/attachments/${id}`,
    alt,
    loading: 'lazy',
    ...(isSide(width) && { width }),
    ...(isSide(height) && { height }),
  } as sanitize.Attributes;
}

const isSide = (value: string | undefined) => /^[1-9]\d{0,3}$/.test(value ?? '');

function unescaped(cid: string): string {
  try {
    return decodeURIComponent(cid);
  } catch {
    return cid;
  }
}

/** As it was drawn by its writer, styles and all, for a document of its own that can do nothing (see `documentPolicy`). */
const OWN_LOOK: sanitize.IOptions = {
  allowedTags: [
    ...TAGS,
    'h1',
    'h5',
    'h6',
    'center',
    'font',
    'style',
    'colgroup',
    'col',
    'strike',
    'tt',
    'big',
    'address',
  ],
  allowedAttributes: {
    '*': [
      'style',
      'class',
      'align',
      'valign',
      'bgcolor',
      'color',
      'face',
      'size',
      'width',
      'height',
      'dir',
      'lang',
    ],
    a: ['href', 'rel'],
    img: ['src', 'alt'],
    ol: ['start', 'type'],
    table: ['border', 'cellpadding', 'cellspacing'],
    td: ['colspan', 'rowspan', 'nowrap'],
    th: ['colspan', 'rowspan', 'nowrap'],
  },
  allowVulnerableTags: true,
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowedSchemesByTag: { img: ['http', 'https', 'data'] },
  allowProtocolRelative: false,
  parseStyleAttributes: false,
};

export type DocumentOptions = {
  /** Asked for: pictures are fetched from where the mail says. */
  withPictures: boolean;
  /** Pictures that came with the mail, by Content-ID, as data: addresses. */
  inline?: ReadonlyMap<string, string>;
};

/** A whole document of what a mail drew. Its answer must carry `documentPolicy`. */
export function mailDocument(html: string, { withPictures, inline = new Map() }: DocumentOptions): string {
  const source = ({ src = '', 'data-src': held = '' }: sanitize.Attributes) => {
    const cid = /^cid:(.{1,500})$/i.exec(src)?.[1];
    if (cid) return inline.get(unescaped(cid)) ?? '';
    const from = held || src;
    return withPictures && /^https?:\/\//i.test(from) ? from : '';
  };
  const body = sanitize(html, {
    ...OWN_LOOK,
    transformTags: {
      a: (tagName, { href = '' }) => ({ tagName, attribs: { href, ...LINK } }),
      img: (tagName, attribs) => ({ tagName, attribs: { ...attribs, src: source(attribs) } }),
    },
    exclusiveFilter: ({ tag, attribs }) => tag === 'img' && !attribs.src,
  });
  return `<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><style>${GROUND}</style></head><body>${body}</body></html>`;
}

const GROUND =
  'body{font:15px/1.5 system-ui,sans-serif;margin:16px;color:#1c2024;background:#fff;overflow-wrap:anywhere}img{max-width:100%;height:auto}';

/** docs/decisions/0035-mail-in-its-own-document.md: styles yes, scripts and anything from elsewhere no, unless pictures are asked for. */
export function documentPolicy({ withPictures, inline }: DocumentOptions): string {
  const pictures = [...(inline?.size ? ['data:'] : []), ...(withPictures ? ['https:', 'http:'] : [])];
  return [
    'sandbox',
    `default-src 'none'`,
    `style-src 'unsafe-inline'`,
    ...(pictures.length > 0 ? [`img-src ${pictures.join(' ')}`] : []),
    `frame-ancestors 'self'`,
  ].join('; ');
}
