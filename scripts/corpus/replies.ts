import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Corpus, Score, Section } from './section.ts';
import { bareText } from './texts.ts';
import { posted } from './wrapping.ts';

/**
 * The reply without the quote, against what other programs expect, with all whitespace removed. Cases: bodies of
 * reply_text with an expected text (crisp's "one fragment" means that nothing is quoted; a signature file means the
 * body without it), mails of talon, and mails of discourse with a `post_raw`.
 */
type Case = { name: string; raw: () => Buffer; expected: string[]; isHtml: boolean };

const bare = (text: string) => text.normalize('NFC').replace(/[\s\u200b]+/gu, '');

function scored(name: string, cases: (corpus: Corpus) => Case[]): Section {
  return {
    name,
    async score(corpus) {
      const groups = new Map<string, Score>();
      for (const each of cases(corpus)) {
        const mail = await corpus.read(each.name, each.raw());
        const text = mail && (each.isHtml ? bareText(mail.reply.html ?? '') : mail.reply.text);
        const isRight = text !== null && each.expected.some(expected => bare(expected) === bare(text));
        if (!isRight) corpus.missed(name, each.name, 'reply');
        for (const group of groupsOf(name, each.name)) {
          const score = groups.get(group) ?? { name: group, right: 0, of: 0 };
          groups.set(group, { ...score, right: score.right + (isRight ? 1 : 0), of: score.of + 1 });
        }
      }
      const scores = [...groups.values()];
      const total = scores.filter(score => score.name.startsWith('source '));
      const sum = (key: 'right' | 'of') => total.reduce((sum, score) => sum + score[key], 0);
      return [{ name: 'replies', right: sum('right'), of: sum('of'), least: 80 }, ...scores];
    },
  };
}

const LANGUAGES = [
  'french',
  'german',
  'dutch',
  'spanish',
  'portuguese',
  'polish',
  'russian',
  'ukrainian',
  'finnish',
  'italian',
  'swedish',
  'danish',
  'norwegian',
  'chinese',
  'japanese',
  'korean',
  'hebrew',
  'turkish',
  'greek',
  'czech',
  'estonian',
  'bulgarian',
  'arabic',
  'hungarian',
  'romanian',
  'croatian',
];

/** By source, and by language where the file's name tells it. */
function groupsOf(section: string, name: string): string[] {
  const source = name.includes('--') ? name.slice(0, name.indexOf('--')) : section;
  const language =
    LANGUAGES.find(language => name.includes(language)) ?? (name.endsWith('_fr') ? 'french' : null);
  return [`source ${source}`, ...(language ? [`language ${language}`] : [])];
}

const read = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8').replace(/\r\n/g, '\n') : null);
const list = (folder: string) => (existsSync(folder) ? readdirSync(folder).sort() : []);

export const replyText = scored('reply_text', corpus =>
  list(path.join(corpus.folder, 'reply_text')).flatMap(source => {
    const folder = path.join(corpus.folder, 'reply_text', source);
    const bodies = source.includes('.')
      ? []
      : list(folder).filter(file => !/\.(?:expected|sender)/.test(file));
    return bodies.flatMap(file => bodyCase(path.join(folder, file)));
  }),
);

function bodyCase(file: string): Case[] {
  const stem = file.replace(/\.\w+$/, '');
  const body = readFileSync(file);
  const expected = expectedOf(stem, body.toString('utf8').replace(/\r\n/g, '\n').trim());
  if (expected === null) return [];
  return [
    {
      name: path.basename(stem),
      raw: () => posted(body),
      expected: [expected],
      isHtml: file.endsWith('.html'),
    },
  ];
}

function expectedOf(stem: string, body: string): string | null {
  const text = read(`${stem}.expected_trimmed.txt`) ?? read(`${stem}.expected_reply_no_whitespace.txt`);
  const signature = read(`${stem}.expected_signature.txt`);
  const json = read(`${stem}.expected.json`);
  if (text !== null) return text;
  if (signature !== null) return body.slice(0, body.length - signature.trim().length);
  if (json === null) return null;
  const fragments = JSON.parse(json) as {
    first_fragment_trimmed?: string;
    first_fragment?: string;
    fragment_count?: number;
  };
  return (
    fragments.first_fragment_trimmed ??
    fragments.first_fragment ??
    (fragments.fragment_count === 1 ? body : null)
  );
}

export const talon = scored('talon', corpus =>
  mailCases(corpus, 'talon', '.expected_reply.txt', text => [text]),
);

/** Discourse makes Markdown of HTML: its stars are not looked at, nor what it keeps folded as `elided`. */
export const discourse = scored('discourse', corpus =>
  mailCases(corpus, 'discourse', '.expected.json', json =>
    (JSON.parse(json) as { expect: { post_raw?: string }[] }).expect
      .flatMap(({ post_raw }) => post_raw ?? [])
      .map(raw => raw.replace(/<details[\s\S]*<\/details>/, ''))
      .flatMap(raw => [raw, raw.replace(/\*/g, '')]),
  ),
);

function mailCases(
  corpus: Corpus,
  source: string,
  suffix: string,
  expected: (text: string) => string[],
): Case[] {
  const folder = path.join(corpus.folder, 'emails', source);
  return list(folder)
    .filter(file => file.endsWith('.eml'))
    .flatMap(file => {
      const name = path.basename(file, '.eml');
      const text = read(path.join(folder, name + suffix));
      const wanted = text === null ? [] : expected(text);
      const raw = () => readFileSync(path.join(folder, file));
      return wanted.length === 0 ? [] : [{ name, raw, expected: wanted, isHtml: false }];
    });
}
