import { describe, expect, test } from 'vitest';
import { safeHtml } from '../../../src/mail/reading/html.ts';
import { readMail } from '../../../src/mail/reading/reading.ts';
import { withType } from './mails.ts';

const clean = (html: string) => safeHtml(html).html;

describe('HTML of a mail', () => {
  test.each([
    ['scripts', '<p>a<script>alert(1)</script>b</p>', '<p>ab</p>'],
    ['styles', '<style>p{color:red}</style><p style="position:fixed">a</p>', '<p>a</p>'],
    ['events', '<p onclick="x()" onmouseover=x>a</p>', '<p>a</p>'],
    ['names and classes', '<p id="main" name="x" class="button">a</p>', '<p>a</p>'],
    ['htmx', '<div hx-get="/x" data-hx-post="/y" hx-trigger="load">a</div>', '<div>a</div>'],
    ['Alpine', '<div x-data="{}" @click="y" :href="z">a</div>', '<div>a</div>'],
    ['data of any name', '<p data-x="y">a</p>', '<p>a</p>'],
    ['forms', '<form action="/tickets"><input name="a"><button>Go</button></form>', 'Go'],
    ['frames', '<iframe src="https://x.example"></iframe><object data="x"></object><embed src="x">a', 'a'],
    ['SVG and MathML', '<svg onload="x()"><a href="x">in</a></svg><math><mi>y</mi></math>a', 'a'],
    ['bases and metas', '<base href="https://x.example"><meta http-equiv="refresh" content="0">a', 'a'],
    [
      'links that run',
      '<a href="javascript:alert(1)">a</a><a href=" java\nscript:x">b</a><a href="data:text/html,x">c</a>',
      '<a>a</a><a>b</a><a>c</a>',
    ],
    ['comments', '<!-- [if mso]><p>x</p><![endif] -->a', 'a'],
    ['titles', '<title>Page</title>a', 'a'],
  ])('loses %s', (_, html, safe) => {
    expect(clean(html).replaceAll(' rel="noopener noreferrer nofollow ugc"', '')).toBe(safe);
  });

  test('keeps words, lists, tables and links', () => {
    const html =
      '<h2>a</h2><ul><li>b</li></ul><table><tr><td colspan="2">c</td></tr></table><a href="https://x.example/?a=1&amp;b=2">d</a>';
    expect(clean(html)).toBe(
      html.replaceAll('h2', 'h4').replace('">d', '" rel="noopener noreferrer nofollow ugc">d'),
    );
  });

  test('asks nobody for pictures', () => {
    const { html, hasRemoteImages } = safeHtml(
      '<img src="https://x.example/p.gif?who=anna" width=1 height="20px" alt="A" srcset="https://y.example 2x">',
    );
    expect(html).toBe('<img data-src="https://x.example/p.gif?who=anna" width="1" height="20" alt="A" />');
    expect(hasRemoteImages).toBe(true);
  });

  test('keeps pictures that came along, and drops those that lead anywhere else', () => {
    expect(
      safeHtml(
        '<img src="cid:a@x"><img src="file:///etc/passwd"><img src="javascript:x"><img data-src="javascript:x">',
      ),
    ).toEqual({
      html: '<img src="cid:a@x" alt="" />',
      hasRemoteImages: false,
    });
  });

  test('that closes what it did not open cannot leave its place', () => {
    expect(clean('</div></div><p>a')).toBe('<p>a</p>');
    expect(clean('<table><tr><td>a')).toBe('<table><tr><td>a</td></tr></table>');
  });

  test('is safe in both halves of a reply, too', async () => {
    const read = await readMail(
      withType(
        'text/html',
        '<p onclick=x>New</p><blockquote class="gmail_quote" type="cite"><script>x</script><p id=q>Old</p></blockquote>',
      ),
    );
    for (const part of [read.html, read.reply.html, read.reply.quotedHtml])
      expect(part ?? '').not.toMatch(/onclick|script|id=|class=/);
  });
});
