import { parseArgs } from 'node:util';
import { automatic, sisimai } from './corpus/bounces.ts';
import { everything } from './corpus/everything.ts';
import { gateway } from './corpus/gateway.ts';
import { goOffline } from './corpus/offline.ts';
import { createReader } from './corpus/reading.ts';
import { discourse, replyText, talon } from './corpus/replies.ts';
import type { Corpus, Score, Section } from './corpus/section.ts';
import { tnef } from './corpus/tnef.ts';
import { zammad } from './corpus/zammad.ts';

/**
 * `npm run corpus -- FOLDER [--only zammad,tnef] [--missed]`: mails that nobody here wrote go through the reader, and
 * what comes out is held against what other programs expect. Shows figures and names of files, never a word of a mail.
 * Nothing in here can send: no transport is made, and no socket leads anywhere but to the scratch database.
 */
const sections: Section[] = [
  everything,
  gateway,
  zammad,
  tnef,
  sisimai,
  automatic,
  discourse,
  talon,
  replyText,
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, missed: { type: 'boolean', default: false } },
});
const folder = positionals[0];
if (!folder) {
  console.error('Say where the mails are: npm run corpus -- FOLDER');
  process.exit(2);
}

goOffline();
const reader = createReader();
const misses: string[] = [];
const corpus: Corpus = {
  folder,
  read: reader.read,
  missed: (section, name, what) => misses.push(`${section}: ${name}: ${what}`),
};

await reader.read('the first mail of a new thread', Buffer.from('Subject: warm-up\r\n\r\n'));
reader.take();

let failed = false;
for (const section of sections) {
  if (values.only && !values.only.split(',').includes(section.name)) continue;
  const scores = await section.score(corpus);
  show(section.name, scores);
}
if (values.missed) for (const miss of misses) console.log(`missed ${miss}`);
process.exit(failed ? 1 : 0);

function show(name: string, scores: Score[]) {
  const { count, slowest, biggest, crashes } = reader.take();
  console.log(`── ${name}`);
  for (const { name, right, of, least } of scores) {
    const share = of === 0 ? 100 : (right / of) * 100;
    const isLess = least !== undefined && share < least;
    failed ||= isLess;
    const wanted = least === undefined ? '' : `, ${least} % wanted${isLess ? ': TOO FEW' : ''}`;
    console.log(`   ${name}: ${right} of ${of} (${share.toFixed(1)} %${wanted})`);
  }
  if (slowest && biggest)
    console.log(
      `   ${count} mails read, ${crashes.length} crashes, slowest ${slowest.milliseconds.toFixed(0)} ms (${slowest.name}), ` +
        `biggest ${biggest.megabytes.toFixed(0)} MB (${biggest.name})`,
    );
  for (const crash of crashes) console.log(`   CRASH ${crash}`);
  failed ||= crashes.length > 0;
}
