import { expect, test } from 'vitest';
import { attributeOf, blank, includesInLoops, tagsOf, textsOf, tokensOf } from './ejs.ts';

// The checks of templates.test.ts stand on these: each must see the fault it is for.

test('output, code and comments are told apart', () => {
  const tokens = tokensOf('<%# it: a -%>\n<%= it.a %><%- it.icon("x") -%><% if (it.a) { %>');
  expect(tokens.map(({ kind, code, line }) => [kind, code, line])).toEqual([
    ['#', 'it: a', 1],
    ['=', 'it.a', 2],
    ['-', 'it.icon("x")', 2],
    ['', 'if (it.a) {', 2],
  ]);
});

test('a tag is read whole, with output in its attributes', () => {
  const html = blank(
    '<p>\n<button <% if (a > b) { %>disabled<% } %> data-x="a>b" type="<%= it.type %>">x</button>',
  );
  const [button] = tagsOf(html, ['button']);
  expect(button?.line).toBe(2);
  expect(attributeOf(button?.tag ?? '', 'type')).toMatch(/^¤+$/);
  expect(attributeOf(tagsOf('<button data-type="x">', ['button'])[0]?.tag ?? '', 'type')).toBeUndefined();
});

test('an include inside a loop is seen, one beside it is not', () => {
  const source = [
    "<%- include('head') -%>",
    '<% it.rows.forEach(row => { -%>',
    "<% if (row.open) { -%><%- include('row', { row }) -%><% } -%>",
    '<% }) -%>',
    "<% if (it.more) { -%><%- include('more') -%><% } -%>",
    '<% for (const a of it.list) { -%>',
    "<%- include('row', { row: a }) -%>",
    '<% } -%>',
  ].join('\n');
  expect(includesInLoops(source)).toEqual([3, 7]);
});

test('bare words are found in text and in what is read out, not in code', () => {
  const html = blank(
    '<a href="/x" title="Go" class="btn"><%= it.t("Fine") %></a>\n<b>Bare</b><!-- note -->\n<code>npm start</code>',
  );
  expect(textsOf(html).filter(({ text }) => /[a-z]{2}/i.test(text))).toEqual([
    { text: 'Bare', line: 2 },
    { text: 'Go', line: 1 },
  ]);
});
