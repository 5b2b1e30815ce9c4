import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Corpus, Section } from './section.ts';
import { attached, posted } from './wrapping.ts';

/** All of it goes through the reader: mails as they are, bodies in a plain mail around them. */
export const everything: Section = {
  name: 'everything',
  async score(corpus) {
    const scores = [];
    for (const [folder, ending, wrap] of [
      ['emails', '.eml', (raw: Buffer) => raw],
      ['tnef', '.tnef', attached],
      ['reply_text', '', posted],
    ] as const) {
      const files = filesOf(path.join(corpus.folder, folder)).filter(
        file => file.endsWith(ending) && !/\.expected|\.(json|csv)$/.test(file),
      );
      scores.push({
        name: `${folder} read`,
        right: await readAll(corpus, files, wrap),
        of: files.length,
        least: 100,
      });
    }
    return scores;
  },
};

async function readAll(corpus: Corpus, files: string[], wrap: (raw: Buffer) => Buffer): Promise<number> {
  let read = 0;
  for (const file of files) if (await corpus.read(path.basename(file), wrap(readFileSync(file)))) read += 1;
  return read;
}

export function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile())
    .map(entry => path.join(entry.parentPath, entry.name))
    .sort();
}
