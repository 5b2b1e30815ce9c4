import { lineAt } from './files.ts';

/** `<%= %>` has the kind `=`, `<%- %>` `-`, `<%# %>` `#`, and code none. */
export type Token = { kind: string; code: string; line: number; index: number; length: number };

export function tokensOf(source: string): Token[] {
  return [...source.matchAll(/<%([#=\-_]?)([\s\S]*?)[-_]?%>/g)].map(found => ({
    kind: (found[1] ?? '').replace('_', ''),
    code: (found[2] ?? '').trim().replace(/;$/, ''),
    line: lineAt(source, found.index),
    index: found.index,
    length: found[0].length,
  }));
}

/**
 * The template with EJS and HTML comments taken out, every other character at its place: output
 * becomes `¤`, which is no letter and no part of a tag.
 */
export function blank(source: string): string {
  let html = source;
  for (const { kind, index, length } of tokensOf(source)) {
    const filling = kind === '=' || kind === '-' ? '¤' : ' ';
    const hidden = source.slice(index, index + length).replace(/[^\n]/g, filling);
    html = html.slice(0, index) + hidden + html.slice(index + length);
  }
  return html.replace(/<!--[\s\S]*?-->/g, comment => comment.replace(/[^\n]/g, ' '));
}

export type Tag = { tag: string; line: number; index: number };

/** Opening tags; an attribute's value may hold a `>`. */
export function tagsOf(html: string, names: string[]): Tag[] {
  const pattern = new RegExp(`<(?:${names.join('|')})(?=[\\s>/])(?:[^>"']|"[^"]*"|'[^']*')*>`, 'gi');
  return [...html.matchAll(pattern)].map(found => ({
    tag: found[0].replace(/\s+/g, ' '),
    line: lineAt(html, found.index),
    index: found.index,
  }));
}

export function attributeOf(tag: string, name: string): string | undefined {
  const found = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, 'i').exec(tag);
  return found?.[1] ?? found?.[2] ?? found?.[3];
}

/** Lines of includes that stand inside a for, while, forEach or map of the template. */
export function includesInLoops(source: string): number[] {
  const blocks: boolean[] = [];
  let before = '';
  const lines: number[] = [];
  for (const { kind, code, line } of tokensOf(source)) {
    if (kind === '#') continue;
    if (kind === '=' || kind === '-') {
      if (/\binclude\(/.test(code) && (blocks.includes(true) || /\.(map|forEach)\(/.test(code)))
        lines.push(line);
      continue;
    }
    for (const character of code) {
      if (character === '{') blocks.push(/\b(for|while)\s*\(|\.(forEach|map)\(/.test(before));
      if (character === '}') blocks.pop();
      before = '{};'.includes(character) ? '' : before + character;
    }
    before += ' ';
  }
  return lines;
}

/** Words that a reader meets as they stand in the file: text, and attributes that are read out. */
export function textsOf(html: string, { plain = false } = {}): { text: string; line: number }[] {
  if (plain) return html.split('\n').map((text, index) => ({ text: text.trim(), line: index + 1 }));
  const hide = (text: string) => text.replace(/[^\n]/g, ' ');
  const visible = html.replace(/<(script|style|code|kbd)\b[\s\S]*?<\/\1>/gi, hide);
  const tag = /<\/?[a-z!](?:[^>"']|"[^"]*"|'[^']*')*>/gi;
  const spoken =
    /\s(?:aria-label|aria-description|title|placeholder|alt|content|data-label|hx-confirm|label)="([^"]*)"/gi;
  const attributes = [...visible.matchAll(tag)]
    .filter(found => !/^<(meta|link|html)/i.test(found[0]))
    .flatMap(found =>
      [...found[0].matchAll(spoken)].map(({ 1: text = '' }) => ({
        text,
        line: lineAt(visible, found.index),
      })),
    );
  const texts = visible
    .replace(tag, hide)
    .split('\n')
    .map((text, index) => ({ text: text.trim(), line: index + 1 }));
  return [...texts, ...attributes];
}
