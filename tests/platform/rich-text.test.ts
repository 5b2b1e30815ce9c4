import { load } from 'cheerio';
import { expect, test } from 'vitest';
import { richText } from '../../src/platform/rich-text.ts';

const addressesIn = (source: string) => {
  const page = load(richText(source));
  return page('a')
    .toArray()
    .map(link => page(link).attr('href'));
};

test.each([
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](<java\tscript:alert(1)>)',
  '[x](&#106;avascript:alert(1))',
  '[x](java&Tab;script:alert(1))',
  '[x](\u0001javascript:alert(1))',
  '[x][y]\n\n[y]: javascript:alert(1)',
  '<javascript:alert(1)>',
  '[x](vbscript:x)',
  '[x](data:text/html,<script>alert(1)</script>)',
  '[x](data:image/svg+xml;base64,PHN2Zz4=)',
  '[x](file:///etc/passwd)',
  '<a href="javascript:alert(1)">x</a>',
])('%j in a message is no link', source => {
  for (const address of addressesIn(source))
    expect(address).not.toMatch(/^\W*(java|vb)script|^\W*(data|file):/i);
  expect(load(richText(source))('script').length).toBe(0);
});

test('a link of the web, of mail or of a phone is one', () => {
  expect(
    addressesIn('[a](https://x.example/a) https://y.example [b](mailto:a@x.example) [c](tel:123)'),
  ).toEqual(['https://x.example/a', 'https://y.example', 'mailto:a@x.example', 'tel:123']);
});
