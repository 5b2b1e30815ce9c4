import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ReadMail } from '../../src/domain/mail/message.ts';
import type { Corpus, Section } from './section.ts';

type Expected = { dsn: string; reason: string; hardbounce: boolean };

/**
 * Each delivery report as sisimai reads it. Out-of-office answers (reason `vacation`) count as recognised when they are
 * told as automatic. The status must be the very one; details from 900 on are sisimai's own, for reports without any,
 * and ours where we conclude the same reason.
 */
export const sisimai: Section = {
  name: 'sisimai',
  async score(corpus) {
    const counts = { recognised: [0, 0], status: [0, 0], sent: [0, 0], hard: [0, 0], reason: [0, 0] };
    const count = (key: keyof typeof counts, name: string, isRight: boolean) => {
      counts[key][0]! += isRight ? 1 : 0;
      counts[key][1]! += 1;
      if (!isRight) corpus.missed('sisimai', name, key);
    };
    for (const { name, file, expected } of casesOf(corpus.folder)) {
      const mail = await corpus.read(name, readFileSync(file));
      count('recognised', name, isRecognised(mail, expected[0]!));
      for (const [index, { dsn, reason, hardbounce }] of expected.entries()) {
        const got = mail?.report?.recipients[index];
        const isRight =
          (reason === 'vacation' ? isRecognised(mail, expected[0]!) : got !== undefined) &&
          (got?.status ?? '') === dsn;
        count('status', name, isRight);
        if (dsn !== '' && !/\.9\d\d$/.test(dsn)) count('sent', name, isRight);
        count('hard', name, (got?.kind === 'hard') === hardbounce);
        count(
          'reason',
          name,
          (got?.reason ?? mail?.automatic?.kind.replace('auto-reply', 'vacation')) === reason,
        );
      }
    }
    const score = (key: keyof typeof counts, name: string, least?: number) => ({
      name,
      right: counts[key][0]!,
      of: counts[key][1]!,
      ...(least === undefined ? {} : { least }),
    });
    return [
      score('recognised', 'bounces recognised', 97),
      score('status', 'status code', 85),
      score('sent', 'status code, where one was sent'),
      score('hard', 'hard or not'),
      score('reason', 'reason'),
    ];
  },
};

function isRecognised(mail: ReadMail | null, { reason }: Expected): boolean {
  if (!mail) return false;
  return reason === 'vacation' ? mail.automatic !== null : mail.report !== null;
}

function casesOf(folder: string) {
  const own = path.join(folder, 'emails/sisimai');
  if (!existsSync(own)) return [];
  return readdirSync(own)
    .filter(file => file.endsWith('.expected.json'))
    .sort()
    .map(file => ({
      name: file.replace('.expected.json', ''),
      file: path.join(own, file.replace('.expected.json', '.eml')),
      expected: JSON.parse(readFileSync(path.join(own, file), 'utf8')) as Expected[],
    }));
}

type Row = { file: string; source: string; isAutomatic: boolean };

/**
 * Truth about machines' mail: automatic is what index.csv marks as auto, list, dsn or arf, and every report of sisimai
 * with an expected reading; ordinary is every other mail of the other sources. What differs is shown by name with
 * --missed, for a person to judge.
 */
export const automatic: Section = {
  name: 'automatic',
  async score(corpus) {
    const counts = { right: 0, of: 0, calm: 0, ordinary: 0 };
    for (const { file, isAutomatic } of rowsOf(corpus)) {
      const mail = await corpus.read(file, readFileSync(path.join(corpus.folder, 'emails', file)));
      const isTold = mail !== null && mail.automatic !== null;
      if (isAutomatic) {
        counts.of += 1;
        counts.right += isTold ? 1 : 0;
      } else {
        counts.ordinary += 1;
        counts.calm += isTold ? 0 : 1;
      }
      if (isTold !== isAutomatic)
        corpus.missed('automatic', file, isTold ? `false alarm (${mail.automatic?.kind})` : 'not recognised');
    }
    return [
      { name: 'automatic mail recognised', right: counts.right, of: counts.of, least: 97 },
      { name: 'ordinary mail without an alarm', right: counts.calm, of: counts.ordinary, least: 100 },
    ];
  },
};

function rowsOf({ folder }: Corpus): Row[] {
  const [head = '', ...lines] = readFileSync(path.join(folder, 'emails/index.csv'), 'utf8').split(/\r?\n/);
  const names = head.split(',');
  return lines.filter(Boolean).flatMap(line => {
    const cells = line
      .match(/(?:^|,)(?:"(?:[^"]|"")*"|[^,]*)/g)!
      .map(cell => cell.replace(/^,/, '').replace(/^"|"$/g, ''));
    const cell = (name: string) => cells[names.indexOf(name)] ?? '';
    const file = cell('file');
    const isReport = existsSync(path.join(folder, 'emails', file.replace(/\.eml$/, '.expected.json')));
    if (cell('source') === 'sisimai' && !isReport && !file.includes('--not--')) return [];
    const isMarked = ['auto', 'list', 'dsn', 'arf'].some(name => cell(name) === '1');
    return [
      { file, source: cell('source'), isAutomatic: isMarked || (cell('source') === 'sisimai' && isReport) },
    ];
  });
}
