import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { template } from '../../src/web/rendering/templates.ts';
import { attributeOf, blank, includesInLoops, tagsOf, textsOf, tokensOf } from './ejs.ts';
import { filesIn, isThere, lineAt, read } from './files.ts';

/** What may be put on a page unescaped: each kind escapes or cleans what it was given. */
const UNESCAPED: Record<string, RegExp> = {
  'words for scripts, escaped by rendering/script-strings.ts': /^it\.scriptStrings\(\)$/,
  'another template': /^include\(/,
  'a mark drawn by rendering/drawing.ts': /^it\.(icon|avatar|statusBadge|statusMark|priorityMark|timeLeft)\(/,
  'our own style sheet, from rendering/first-styles.ts': /^it\.firstStyles$/,
  'hidden fields of a form and options of a select, escaped by rendering/view-locals.ts':
    /^it\.(hidden\(\)$|optionsHtml\()/,
  'options of a select, escaped by tickets/category-options.ts': /^it\.categoryOptions\(/,
  'rich text, cleaned by sanitize-html': /^it\.html\(/,
  'HTML of a mail, cleaned by platform/mail-html.ts': /^it\.mailHtml\(/,
  'the page inside its layout': /^it\.body$/,
};

/** Templates whose rows are so few that an include in their loop costs nothing. */
const FEW_ROWS: string[] = [];

/** Controls that need no name, since nothing of them is sent: file:selector of the tag's start. */
const WITHOUT_NAME: RegExp[] = [/data-no-name/];

/** Words that are the same in every language. */
const NAMES = /\b(SmartSupport|CSV|JSON|PDF|HTML|SMTP|PostgreSQL|Redis|Ctrl|Enter|Esc)\b/g;

const templates = filesIn('views', '.ejs').map(file => {
  const source = read(file);
  return { file, source, html: blank(source), isMail: file.startsWith('views/mail/') };
});
const pages = templates.filter(({ isMail }) => !isMail);
const plain = (file: string) => /\.(text|txt)\.ejs$/.test(file);

test('there are templates to check', () => {
  expect(templates.length).toBeGreaterThan(10);
});

test('every template compiles', () => {
  const wrong = templates.flatMap(({ file }) => {
    try {
      template(file.slice('views/'.length, -'.ejs'.length), { cache: false });
      return [];
    } catch (error) {
      return [`${file}: ${error instanceof Error ? error.message : error}`];
    }
  });
  expect(wrong).toEqual([]);
});

test('the first line lists the locals', () => {
  expect(templates.filter(({ source }) => !/^<%# it:.*%>\r?\n/.test(source)).map(each => each.file)).toEqual(
    [],
  );
});

test('an included template is there', () => {
  const wrong = templates.flatMap(({ file, source }) =>
    [...source.matchAll(/\binclude\(\s*(['"`])([^'"`$]+)\1/g)].flatMap(({ index, 2: name = '' }) => {
      const places = name.startsWith('/')
        ? [`views${name}`]
        : [path.posix.join(path.posix.dirname(file), name), `views/${name}`];
      return places.some(place => isThere(place.endsWith('.ejs') ? place : `${place}.ejs`))
        ? []
        : [`${file}:${lineAt(source, index)} ${name}`];
    }),
  );
  expect(wrong).toEqual([]);
});

test('what is not escaped is of a known kind', () => {
  const wrong = templates
    .filter(({ file }) => !plain(file))
    .flatMap(({ file, source }) =>
      tokensOf(source)
        .filter(({ kind, code }) => kind === '-' && !Object.values(UNESCAPED).some(known => known.test(code)))
        .map(({ line, code }) => `${file}:${line} <%- ${code}`),
    );
  expect(wrong).toEqual([]);
});

describe('the content policy and our conventions hold', () => {
  const BANNED: [string, RegExp][] = [
    ['inline style', /\sstyle\s*=|<style\b/i],
    ['inline script', /<script\b(?![^>]*\ssrc\s*=)(?![^>]*type="application\/(ld\+)?json")/i],
    ['handler attribute', /\son[a-z]+\s*=/i],
    ['hx-on', /\shx-on\b/i],
    ['hx-boost (plain navigation is enough)', /\shx-boost/i],
    ['script in an htmx value', /\shx-[\w:-]+\s*=\s*["']\s*(js|javascript):/i],
    ['script address', /\s(href|src|action)\s*=\s*["']?\s*javascript:/i],
    ['filter in hx-trigger', /\shx-trigger\s*=\s*("[^"]*\[|'[^']*\[)/i],
    ['file of another host', /<(script|link|img)\b[^>]*\s(src|href)\s*=\s*["']https?:/i],
  ];

  test.each(BANNED)('no %s', (_name, pattern) => {
    const wrong = pages.flatMap(({ file, html }) => {
      const found = pattern.exec(html);
      return found ? [`${file}:${lineAt(html, found.index)} ${found[0].trim()}`] : [];
    });
    expect(wrong).toEqual([]);
  });

  test('every button has a type', () => {
    const wrong = pages.flatMap(({ file, html }) =>
      tagsOf(html, ['button'])
        .filter(({ tag }) => !attributeOf(tag, 'type'))
        .map(({ line, tag }) => `${file}:${line} ${tag}`),
    );
    expect(wrong).toEqual([]);
  });

  test('every control has a name', () => {
    const wrong = pages.flatMap(({ file, html }) =>
      tagsOf(html, ['input', 'select', 'textarea'])
        .filter(({ tag }) => !attributeOf(tag, 'name') && !WITHOUT_NAME.some(known => known.test(tag)))
        .map(({ line, tag }) => `${file}:${line} ${tag}`),
    );
    expect(wrong).toEqual([]);
  });

  test('a form that changes something carries its token', () => {
    const wrong = pages.flatMap(({ file, source, html }) =>
      tagsOf(html, ['form'])
        .filter(({ tag }) => attributeOf(tag, 'method')?.toLowerCase() === 'post')
        .filter(({ index }) => !/_csrf|_hidden|csrf|it\.hidden\(\)/.test(formAt(source, index)))
        .map(({ line }) => `${file}:${line}`),
    );
    expect(wrong).toEqual([]);
  });
});

test('no include in the loop of a list: each costs a look at the disk', () => {
  const wrong = pages
    .filter(({ file }) => !FEW_ROWS.includes(file))
    .flatMap(({ file, source }) => includesInLoops(source).map(line => `${file}:${line}`));
  expect(wrong).toEqual([]);
});

test('every word goes through it.t()', () => {
  const wrong = templates.flatMap(({ file, html }) =>
    textsOf(html, { plain: plain(file) })
      .filter(({ text }) => /\p{L}{2,}/u.test(text.replace(NAMES, '').replace(/&\w+;/g, '')))
      .map(({ line, text }) => `${file}:${line} ${text}`),
  );
  expect(wrong).toEqual([]);
});

/** `blank` keeps every character's place, so a place in the one is a place in the other. */
function formAt(source: string, index: number): string {
  const end = source.indexOf('</form', index);
  return source.slice(index, end < 0 ? undefined : end);
}
