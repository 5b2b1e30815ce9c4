import { Parser } from 'htmlparser2';
import type { Line } from './quoting-page.ts';

/**
 * HTML seen as the lines a reader sees, so that one set of rules splits both forms of a mail. A stream of tags instead
 * of a tree: nesting of any depth costs the same.
 */
type Piece =
  | { kind: 'open'; name: string; source: string }
  | { kind: 'close'; name: string }
  | { kind: 'leaf'; source: string; line: number };

export type Page = { lines: Line[]; pieces: Piece[] };

const BLOCKS = new Set(
  'address article aside blockquote body center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section table tbody td tfoot th thead tr ul'.split(
    ' ',
  ),
);
const VOIDS = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '));
const UNSEEN = new Set('head script style title template noscript'.split(' '));
/** Beyond this, HTML is not looked at for quotes. */
const PIECES = 40_000;
const DEEPEST = 1_000;
const SLICE = 8_192;

/** Elements that mail clients put around all that was there before, or above it. */
const CUTS =
  /yahoo_quoted|yahoo-quoted|protonmail_quote|tutanota_quote|zmail_extra|mailru-blockquote|moz-forward-container|ms-outlook-mobile-reference-message|outlookmessageheader|freebirdquote|alimail-quote|isforwardcontent|isreplycontent|mail_quote_|previous-messages|jira-quote/i;
const CUT_IDS =
  /^(?:x_)*(?:divrplyfwdmsg|appendonsend|stopspelling|zwchr|olk_src_body_section|mail-editor-reference-message-container|isforwardcontent|isreplycontent|aolmsgpart\w*|yahoo_quoted\w*|originalmessage|reply-intro|replysplit|spmailquoteheader)$/i;
const SIGNATURES =
  /(?:^|\s)(?:x_)*(?:gmail_signature|moz-signature|signature-container|protonmail_signature_block|mobile_signature|ms-outlook-mobile-signature|email-signature)/i;
const SIGNATURE_IDS =
  /^(?:x_)*(?:signature|applemailsignature|ms-outlook-mobile-signature|appmailsignature|lblsignature|signature_old)$/i;
/** The line above what Outlook and Windows Mail quote is the top border of a box. */
const BORDER =
  /border:\s{0,3}none;\s{0,3}border-top:\s{0,3}solid #(?:e1e1e1|b5c4df) 1(?:\.0)?pt|border-top-color:\s?rgb\(229, ?229, ?229\)/i;

type Attributes = Record<string, string>;

function hintOf(name: string, attributes: Attributes): Line['hint'] | undefined {
  if (Object.keys(attributes).length === 0) return undefined;
  const classes = (attributes.class ?? '').slice(0, 500);
  const id = (attributes.id ?? '').slice(0, 100);
  if (CUTS.test(classes) || CUT_IDS.test(id) || attributes['data-marker'] === '__QUOTED_TEXT__') return 'cut';
  if (attributes.name === 'messageReplySection' || BORDER.test((attributes.style ?? '').slice(0, 500)))
    return 'cut';
  if (
    SIGNATURES.test(classes) ||
    SIGNATURE_IDS.test(id) ||
    attributes['data-smartmail'] === 'gmail_signature'
  )
    return 'signature';
  if (/(?:^|\s)(?:gmail_attr|moz-cite-prefix|moz-email-headers-table)(?:\s|$)/.test(classes))
    return 'attribution';
  // Gmail's box begins with its attribution, in any language, unless it is the quote itself.
  if (name === 'div' && /(?:^|\s)gmail_quote(?:\s|$)/.test(classes)) return 'attribution';
  return undefined;
}

/** Null where there is more of it than is worth looking at. */
export function pageOf(html: string): Page | null {
  const builder = new Builder();
  const parser: Parser = new Parser(
    {
      onopentag: (name, attributes) =>
        builder.open(name, attributes, html.slice(parser.startIndex, parser.endIndex + 1)),
      onclosetag: name => builder.close(name),
      ontext: text => builder.text(text, html.slice(parser.startIndex, parser.endIndex + 1)),
    },
    { decodeEntities: true },
  );
  // In slices, so that a mail of nothing but tags is let go early.
  for (let from = 0; from < html.length; from += SLICE) {
    parser.write(html.slice(from, from + SLICE));
    if (builder.pieces.length > PIECES || builder.deepest > DEEPEST) return null;
  }
  parser.end();
  return { lines: builder.lines, pieces: builder.pieces };
}

class Builder {
  readonly lines: Line[] = [{ text: '' }];
  readonly pieces: Piece[] = [];
  deepest = 0;
  private depth = 0;
  private unseen = 0;
  private pre = 0;
  private quotes = 0;
  private readonly signatures: string[] = [];
  private pending: Line['hint'] | undefined;

  open(name: string, attributes: Attributes, source: string) {
    this.depth += 1;
    this.deepest = Math.max(this.deepest, this.depth);
    if (UNSEEN.has(name)) this.unseen += 1;
    if (this.unseen > 0) return;
    this.mark(name, attributes);
    if (VOIDS.has(name)) {
      if (name === 'hr') this.say('--------');
      this.pieces.push({ kind: 'leaf', source, line: this.lines.length - 1 });
      if (name === 'img') this.say('\u{fffc}');
      if (name === 'br' || name === 'hr') this.newLine(name === 'br');
    } else this.pieces.push({ kind: 'open', name, source });
  }

  private mark(name: string, attributes: Attributes) {
    const hint = hintOf(name, attributes);
    if (BLOCKS.has(name)) this.newLine();
    if (name === 'pre') this.pre += 1;
    if (name === 'blockquote') this.quotes += 1;
    if (this.signatures.length > 0 || hint === 'signature') this.signatures.push(name);
    if (hint && hint !== 'signature') this.pending = hint;
    if (name === 'hr' && hint === 'cut') this.give();
  }

  close(name: string) {
    this.depth -= 1;
    if (UNSEEN.has(name)) {
      this.unseen = Math.max(0, this.unseen - 1);
      return;
    }
    if (this.unseen > 0 || VOIDS.has(name)) return;
    if (name === 'blockquote') this.quotes = Math.max(0, this.quotes - 1);
    if (name === 'pre') this.pre = Math.max(0, this.pre - 1);
    const depth = this.signatures.lastIndexOf(name);
    if (depth >= 0) this.signatures.length = depth;
    this.pieces.push({ kind: 'close', name });
    if (BLOCKS.has(name)) this.newLine();
  }

  text(text: string, source: string) {
    if (this.unseen > 0) return;
    if (this.pre > 0 && text.includes('\n')) {
      for (const [index, part] of text.split('\n').entries()) {
        if (index > 0) this.breakPre();
        this.words(part, escaped(part));
      }
    } else this.words(text.replace(/\s+/g, ' '), source === '' ? escaped(text) : source);
  }

  private breakPre() {
    this.pieces.push({ kind: 'leaf', source: '\n', line: this.lines.length - 1 });
    this.newLine(true);
  }

  private words(text: string, source: string) {
    if (text.trim() !== '') this.say(text);
    else if (text !== '') this.current().text += this.current().text === '' ? '' : ' ';
    if (source !== '') this.pieces.push({ kind: 'leaf', source, line: this.lines.length - 1 });
  }

  private current(): Line {
    return this.lines.at(-1)!;
  }

  private say(text: string) {
    this.give();
    const line = this.current();
    if (line.text === '') line.text = this.quotes > 0 ? `> ${text.trimStart()}` : text.trimStart();
    else line.text += text;
  }

  /** A hint belongs to the first line with words that follows it. */
  private give() {
    const line = this.current();
    if (this.pending && !(this.pending === 'attribution' && this.quotes > 0)) line.hint = this.pending;
    else if (this.signatures.length > 0 && line.text === '') line.hint = 'signature';
    this.pending = undefined;
  }

  private newLine(isForced = false) {
    if (isForced || this.current().text !== '') this.lines.push({ text: '' });
  }
}

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** The part of a page whose lines are wanted, with the elements around it; elements left empty are dropped. */
export function pick(page: Page, isWanted: (line: number) => boolean): string {
  const out: string[] = [];
  const stack: { name: string; source: string; isOut: boolean }[] = [];
  let out0 = 0;
  for (const piece of page.pieces) {
    if (piece.kind === 'open') stack.push({ name: piece.name, source: piece.source, isOut: false });
    else if (piece.kind === 'close') {
      const top = stack.pop();
      if (top?.isOut) out.push(`</${top.name}>`);
      out0 = Math.min(out0, stack.length);
    } else if (isWanted(piece.line)) {
      for (; out0 < stack.length; out0 += 1) {
        out.push(stack[out0]!.source);
        stack[out0]!.isOut = true;
      }
      out.push(piece.source);
    }
  }
  while (stack.length > 0) {
    const top = stack.pop()!;
    if (top.isOut) out.push(`</${top.name}>`);
  }
  return out.join('').trim();
}
