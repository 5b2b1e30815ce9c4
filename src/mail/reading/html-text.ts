import { Parser } from 'htmlparser2';

const SILENT = new Set([
  'script',
  'style',
  'head',
  'title',
  'template',
  'noscript',
  'select',
  'object',
  'svg',
  'math',
]);
const BLOCK = new Set(
  'address article aside blockquote body center dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section table tbody tfoot thead tr ul'.split(
    ' ',
  ),
);
/** An empty line before and after. */
const APART = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'ul', 'ol', 'blockquote', 'pre']);

/** HTML as plain lines. Reads it as a stream, so that no depth of tags matters. */
export function htmlToText(html: string): string {
  const lines = new Lines();
  let [silent, pre] = [0, 0];
  const parser = new Parser({
    onopentag(name, attributes) {
      if (SILENT.has(name)) silent += 1;
      else if (name === 'br') lines.end();
      else if (BLOCK.has(name)) lines.block(APART.has(name) ? 2 : 1);
      else if (name === 'td' || name === 'th') lines.gap();
      else if (name === 'img' && attributes.alt && silent === 0) lines.add(attributes.alt, false);
      if (name === 'li') lines.add('- ', true);
      if (name === 'pre') pre += 1;
    },
    ontext(text) {
      if (silent === 0) lines.add(text, pre > 0);
    },
    onclosetag(name) {
      if (SILENT.has(name)) silent = Math.max(0, silent - 1);
      else if (BLOCK.has(name)) lines.block(APART.has(name) ? 2 : 1);
      if (name === 'pre') pre = Math.max(0, pre - 1);
    },
  });
  parser.end(html);
  return lines.text;
}

/** Text that grows, with the white space HTML means and not the one it is written with. */
class Lines {
  #done = '';
  #line = '';
  /** Whether the line ends with a space; looking at the line itself for each word would take the square of its length. */
  #isSpaced = true;
  /** Line ends that the next word must have before it. */
  #due = 0;

  add(text: string, isExact: boolean) {
    if (isExact && text.includes('\n')) {
      for (const [index, line] of text.split(/\r?\n/).entries()) {
        if (index > 0) this.end();
        this.add(line, true);
      }
      return;
    }
    const words = isExact ? text : text.replace(/[ \t\r\n\f]+/g, ' ');
    const joined = !isExact && this.#isSpaced ? words.replace(/^ /, '') : words;
    if (joined === '') return;
    this.#line += joined.replaceAll('\u00a0', ' ');
    this.#isSpaced = joined.endsWith(' ');
  }

  gap() {
    if (!this.#isSpaced) this.add(' ', true);
  }

  end() {
    this.#settle();
    this.#due += 1;
  }

  block(ends: number) {
    this.#settle();
    this.#due = Math.max(this.#due, ends);
  }

  #settle() {
    const line = this.#line.trimEnd();
    this.#line = '';
    this.#isSpaced = true;
    if (line === '') return;
    this.#done += (this.#done === '' ? '' : '\n'.repeat(Math.min(this.#due, 2))) + line;
    this.#due = 0;
  }

  get text(): string {
    this.#settle();
    return this.#done;
  }
}

/** Tags that a page may leave open: they close themselves. */
const LOOSE = new Set(
  'br img hr meta input link col area base wbr embed param source track p li td th tr dt dd option tbody thead tfoot'.split(
    ' ',
  ),
);

/** Whether tags lie so deep that reading them as a tree would take the square of their number. Counted, not parsed. */
export function isTooDeep(html: string, most: number): boolean {
  let depth = 0;
  for (const [tag, name] of html.matchAll(/<\/?([a-z][a-z0-9]*)/gi)) {
    if (LOOSE.has(name!.toLowerCase())) continue;
    depth = tag[1] === '/' ? Math.max(0, depth - 1) : depth + 1;
    if (depth > most) return true;
  }
  return false;
}

/** How much there is to do about HTML: its tags, and attributes, of which there are usually two. */
export const workOf = (html: string) =>
  html.split('<').length - 1 + Math.ceil((html.split('=').length - 1) / 2);

/** The words between tags, for HTML that nobody should parse. */
export const withoutTags = (html: string) =>
  html
    .replace(/<[^<>]{0,2000}>/g, ' ')
    .replace(/[<>\s]+/g, ' ')
    .trim();
