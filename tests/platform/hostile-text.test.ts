import { expect, test } from 'vitest';
import { richText } from '../../src/platform/rich-text.ts';

const SIZE = 20_000;
const MOST_MS = 100;
const fill = (part: string) => part.repeat(Math.ceil(SIZE / part.length)).slice(0, SIZE);
const lines = (count: number, make: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => make(i))
    .join('\n')
    .slice(0, SIZE);

/** What has made readers of Markdown slow before: each is asked for by whoever may write a message. */
const HOSTILE: Record<string, string> = {
  'opening brackets': fill('['),
  'closing brackets': fill(']'),
  'nested brackets': fill('[').slice(0, SIZE / 2) + fill(']').slice(0, SIZE / 2),
  'links that never end': fill('[a]('),
  'links in links': fill('[a](b'),
  'brackets and parentheses': fill('[]('),
  'pictures that never end': fill('!['),
  references: fill('[a]: b\n'),
  'references one after another': lines(1_500, i => `[a${i}]: b`),
  'uses of a reference': `[a]: b\n\n${fill('[a]')}`,
  'one backtick after another': fill('`'),
  'backticks of growing length': lines(200, i => '`'.repeat(i)).replaceAll('\n', ' '),
  'backticks with a letter': fill('`a'),
  'backticks in twos and ones': fill('``a`'),
  fences: fill('```\n'),
  tildes: fill('~'),
  'struck through': fill('~~a'),
  stars: fill('*'),
  'stars and letters': fill('*a'),
  'stars of two kinds': fill('*a**a_'),
  'open and closing emphasis': fill('*a _b '),
  underscores: fill('_'),
  'underscores and letters': fill('a__'),
  'three stars': fill('***a'),
  'list markers': fill('- '),
  'list markers a line each': fill('- \n'),
  'nested lists': lines(195, i => `${' '.repeat(i)}- a`),
  'lists of numbers': fill('1. '),
  'numbered lines': fill('1) a\n'),
  quotes: fill('>'),
  'quotes with blanks': fill('> '),
  'quotes a line each': fill('>a\n'),
  'quotes and lists': fill('> - '),
  'quotes that deepen': lines(195, i => '>'.repeat(i)),
  headings: fill('# '),
  rulers: fill('---\n'),
  'underlines of headings': fill('a\n=\n'),
  'table rows': `|a|b|\n|-|-|\n${fill('|a|b|\n')}`.slice(0, SIZE),
  'table columns': `${'|a'.repeat(3_300)}\n${'|-'.repeat(3_300)}\n|a`.slice(0, SIZE),
  'many columns and many rows': `${'|a'.repeat(1_000)}\n${'|-'.repeat(1_000)}\n${'|\n'.repeat(5_000)}`,
  'few columns and many rows': `${'|a'.repeat(6)}\n${'|-'.repeat(6)}\n${fill('a\n')}`,
  'many tables': fill(`${'|a'.repeat(20)}\n${'|-'.repeat(20)}\n${'|\n'.repeat(30)}\n`),
  'almost rows of dashes': fill('-----------------------------------------------------x\n'),
  'one long almost row': `${fill('-').slice(0, SIZE - 1)}x`,
  'a table that never begins': fill('|'),
  'angle brackets': fill('<'),
  'tags that never end': fill('<a '),
  'comments that never end': fill('<!--'),
  'instructions that never end': fill('<?'),
  'addresses in angles': fill('<http:'),
  entities: fill('&amp;'),
  'entities that never end': fill('&'),
  backslashes: fill('\\'),
  'escaped brackets': fill('\\['),
  addresses: fill('http://a.b '),
  'an address without end': `http://${fill('a.')}`.slice(0, SIZE),
  colons: fill('http:'),
  slashes: fill('://'),
  'at signs': fill('@'),
  'mail addresses': fill('a@b.cc '),
  'a mail address without end': fill('a@'),
  dots: fill('a.'),
  www: fill('www.'),
  'www with a hyphen': fill('www.a-'),
  'parentheses in an address': `http://a.b/${fill('(')}`.slice(0, SIZE),
  'quotes in a title': fill('[a](b "'),
  blanks: fill(' '),
  'blanks and a letter': fill(' a'),
  tabs: fill('\t'),
  'line ends': fill('\n'),
  'blank lines in a list': fill('- a\n\n'),
  'hard line ends': fill('a  \n'),
  NULs: fill('\0'),
  'combining marks': fill('\u0301'),
  'half an emoji': fill('\ud83d'),
  emoji: fill('👩‍🚒'),
  'right to left': fill('\u202e'),
};

test('no text of the longest length holds the process up for more than a tenth of a second', () => {
  richText('# Warm\n\n- [up](http://a.b) `x` *y* **z**\n\n|a|b|\n|-|-|\n|c|d|');
  const slow = Object.entries(HOSTILE).flatMap(([name, text]) => {
    const times: number[] = [];
    // Again if it took long: the compiler, the collector and other processes have their share.
    while (times.length < 20 && !times.some(ms => ms <= MOST_MS)) {
      const fresh = `${text.slice(0, SIZE - 1)}${times.length}`;
      const before = process.cpuUsage();
      richText(fresh);
      const { user, system } = process.cpuUsage(before);
      times.push((user + system) / 1_000);
    }
    const best = Math.min(...times);
    return best > MOST_MS ? [`${name}: ${Math.round(best)} ms`] : [];
  });
  expect(slow).toEqual([]);
}, 60_000);

test('a table that people write is one', () => {
  const rows = Array.from({ length: 500 }, (_, i) => `| host-${i} | up | 3 |`).join('\n');
  const html = richText(`| Host | State | Disks |\n|---|:-:|---|\n${rows}\n\nThat is all.`);
  expect(html.match(/<tr>/g)).toHaveLength(501);
  expect(html).toContain('<p>That is all.</p>');
});
