import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const FOLDER = 'public/css';
const files = readdirSync(FOLDER)
  .filter(name => name.endsWith('.css'))
  .map(name => ({ name, css: withoutComments(readFileSync(`${FOLDER}/${name}`, 'utf8')) }));

const RAW_COLOUR =
  /#[0-9a-f]{3,8}\b(?![^;{}]*\{)|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color|light-dark)\(/gi;
const NAMED_COLOUR =
  /:[^;{}]*(?<![\w-])(?:white|black|red|green|blue|gr[ae]y|orange|yellow|purple|pink|silver)(?![\w-])/gi;
const PHYSICAL =
  /(?<![\w-])(?:(?:margin|padding|border)-(?:left|right|top|bottom)[\w-]*|left|right|top|bottom|width|height|(?:min|max)-(?:width|height))\s*:/g;

describe('styles', () => {
  test('the entry names every file once, in the order of the layers', () => {
    const entry = files.find(file => file.name === 'app.css')!.css;
    expect(entry).toContain('@layer tokens, base, layout, components, screens, utilities, print;');
    const imported = [...entry.matchAll(/@import url\("([\w.]+)"\) layer\(\w+\)/g)].map(([, name]) => name);
    const others = files.map(file => file.name).filter(name => name !== 'app.css');
    expect(imported.length).toBe(others.length);
    expect(new Set(imported)).toEqual(new Set(others));
  });

  test.each(files.filter(file => file.name !== 'tokens.css'))(
    '$name takes its colours from tokens',
    ({ css }) => {
      expect(css.match(RAW_COLOUR) ?? []).toEqual([]);
      expect(withoutMixing(css).match(NAMED_COLOUR) ?? []).toEqual([]);
    },
  );

  test.each(files.filter(({ name }) => name !== 'utilities.css' && name !== 'print.css'))(
    '$name overrules nothing by force',
    ({ css }) => expect(withoutReducedMotion(css)).not.toContain('!important'),
  );

  test.each(files)('$name uses logical properties', ({ css }) => {
    // Media queries and the page box know widths only.
    expect(css.replace(/@(?:media|container)[^{]*/g, '').match(PHYSICAL) ?? []).toEqual([]);
  });

  test.each(files)('$name has braces that match, and stays readable', ({ css, name }) => {
    expect(css.split('{').length).toBe(css.split('}').length);
    if (name !== 'tokens.css')
      expect(Math.max(...css.split('\n').map(line => line.length))).toBeLessThan(121);
  });
});

function withoutComments(css: string): string {
  return css.replace(/\/\*[\s\S]*?\*\//g, '');
}

function withoutMixing(css: string): string {
  return css.replace(/color-mix\([^;]*/g, '').replace(/"[^"]*"/g, '');
}

function withoutReducedMotion(css: string): string {
  return css.replace(/@media \(prefers-reduced-motion: reduce\) \{[\s\S]*?\n\}/g, '');
}
