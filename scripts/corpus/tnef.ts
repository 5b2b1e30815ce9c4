import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import iconv from 'iconv-lite';
import type { ReadMail } from '../../src/domain/mail/message.ts';
import { readTnef, type Tnef } from '../../src/mail/reading/tnef.ts';
import { filesOf } from './everything.ts';
import type { Section } from './section.ts';
import { attached } from './wrapping.ts';

type Expected = { extracted_files: { name: string; bytes: number; sha256: string }[] };

/** The files in a winmail.dat: names, sizes, and every byte. */
export const tnef: Section = {
  name: 'tnef',
  async score(corpus) {
    const right = { names: 0, sizes: 0, sha256: 0 };
    let of = 0;
    for (const file of filesOf(path.join(corpus.folder, 'tnef')).filter(file => file.endsWith('.tnef'))) {
      const name = path.basename(file, '.tnef');
      const mail = await corpus.read(name, attached(readFileSync(file)));
      const { extracted_files } = JSON.parse(
        readFileSync(file.replace(/\.tnef$/, '.expected.json'), 'utf8'),
      ) as Expected;
      const found = filesIn(mail, readTnef(readFileSync(file)));
      for (const expected of extracted_files) {
        of += 1;
        for (const what of ['names', 'sizes', 'sha256'] as const) {
          const field = { names: 'name', sizes: 'bytes', sha256: 'sha256' }[what] as keyof typeof expected;
          if (found.some(each => each[field] === expected[field])) right[what] += 1;
          else corpus.missed('tnef', name, `${what} of ${expected.name}`);
        }
      }
    }
    return Object.entries(right).map(([name, right]) => ({ name, right, of }));
  },
};

/** The files of the mail, and what Outlook means as its text: that is read, and is no file. */
function filesIn(mail: ReadMail | null, tnef: Tnef | null) {
  const files = (mail?.files ?? []).map(({ filename, content }) => ({ name: filename, content }));
  const bodies = [
    { name: 'message.rtf', content: tnef?.rtf },
    { name: 'message.html', content: tnef?.html },
    { name: 'message.txt', content: tnef?.text },
  ].flatMap(({ name, content }) =>
    content
      ? [
          { name, content: Buffer.from(content) },
          { name, content: iconv.encode(`${content}`, 'windows-1252') },
        ]
      : [],
  );
  return [...files, ...bodies].flatMap(({ name, content }) => [
    facts(name, content),
    facts(name, asKept(content)),
  ]);
}

/** Texts were kept beside the mails with line ends of one sign. */
const asKept = (content: Buffer) =>
  Buffer.from(content.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');

const facts = (name: string, content: Buffer) => ({
  name,
  bytes: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
});
