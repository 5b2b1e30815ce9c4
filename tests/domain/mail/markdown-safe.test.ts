import { load } from 'cheerio';
import { expect, test } from 'vitest';
import { markdownSafe } from '../../../src/domain/mail/markdown-safe.ts';
import { excerptOf } from '../../../src/domain/tickets/comment.ts';
import { plainText, richText } from '../../../src/platform/rich-text.ts';

const shown = (text: string) =>
  words(load(richText(markdownSafe(text)).replace(/<br ?\/?>|<\/p>/g, '\n')).text());
const words = (text: string) => text.replace(/\s+/g, ' ').trim();

test.each([
  'a *b* c **d** _e_ __f__ ~~g~~ `h` ```i```',
  '# no heading\n## nor this\n#tag',
  '- one\n+ two\n* three\n1. four\n23) five',
  '> who said this\nand who that',
  'Title\n=====\nOther\n-----\n---\n***\n___',
  '    four spaces\n\tand a tab',
  'a | b\n--|--\nc | d',
  ':--|:--\n| a |',
  '[text](http://evil.example) ![x](y) [a][b]\n[b]: http://x.example',
  '<script>alert(1)</script> <b>no</b> <http://x.example>',
  '&amp; &lt; &#60; &copy; AT&T',
  'C:\\Users\\*new*\\_x_ \\[a\\] \\',
  'snake_case_name and __init__.py and _x',
  'see https://x.example/a_b_*c*?d=[e]&f=g#h_',
  'line one\nline two\n\nline three',
  '2026. was a year',
  '@Marek Nowak',
  'a\\\nb',
])('%j is shown as it was written', text => {
  expect(shown(text)).toBe(words(text));
});

test('whatever is written, it is shown as it was written', () => {
  const alphabet = [...'ab 1.)*_`~[]()<>#+-=|:!\\&;"\'\n', '\n\n', '    ', '&lt;'];
  let seed = 7;
  const random = (n: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % n;
  };
  for (let round = 0; round < 3_000; round += 1) {
    const text = Array.from({ length: 1 + random(14) }, () => alphabet[random(alphabet.length)]).join('');
    expect(shown(text), JSON.stringify(text)).toBe(words(text.trim()));
  }
});

test('a long text, which is shown as it is, is left as it is', () => {
  const text = '*a* '.repeat(8_000).trim();
  expect(markdownSafe(text)).toBe(text);
  expect(markdownSafe('x'.repeat(200_000))).toHaveLength(100_000);
});

test('in one line of a list, and in the text of a mail, no escape is seen', () => {
  const text = 'a *b* _c_ [d](e) `f` 1. C:\\dir\\*';
  expect(excerptOf(markdownSafe(text))).toBe(text);
  expect(plainText(markdownSafe(text))).toBe(text);
});
