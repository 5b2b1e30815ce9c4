import {
  createReadStream,
  createWriteStream,
  readFileSync,
  rmSync,
  statSync,
  type WriteStream,
} from 'node:fs';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { createDatabase } from '../db/knex.ts';
import { migrate } from '../db/migrating.ts';
import { openConfig } from '../db/opening.ts';
import { systemActor } from '../domain/access/actor.ts';
import { Invalid } from '../domain/errors.ts';
import { type ImportMap, parseImportMap } from '../domain/importing/import-map.ts';
import { importTickets, type Outcome, type Rejected } from '../domain/importing/importing.ts';
import { explain } from '../explaining.ts';
import { createServices } from '../services.ts';
import { createProgress } from './progress.ts';

const USAGE = `npm run import -- --from csv FILE --map MAP.json [--rejected FILE.rejected.csv] [--dry-run]

Brings tickets in from a table. The map says which column is what: docs/importing.md.
Run it again to go on after an interruption: what is in already is left alone.`;

/** Said to whoever typed the command, without a stack. */
class Refusal extends Error {}

try {
  const { file, map, rejectedFile, dryRun } = readArguments();
  const opened = await openConfig({ beside: true, log: console.log });
  try {
    const db = createDatabase(opened.config, { url: opened.config.database.directUrl, max: 2 });
    await migrate(db, console.log).finally(() => db.destroy());
    const services = await createServices(opened.config);
    try {
      const ctx = await services.contextFor(systemActor('import'));
      const rejects = rejectsInto(rejectedFile);
      const progress = createProgress();
      const began = performance.now();
      let shown = 0;
      progress.part(dryRun ? 'Checking' : 'Importing', statSync(file).size, 'bytes');
      const outcome = await importTickets(ctx, createReadStream(file), map, {
        dryRun,
        onRejected: rejects.add,
        onProgress: bytes => {
          progress.step(bytes - shown);
          shown = bytes;
        },
      }).finally(() => rejects.end());
      progress.step(statSync(file).size - shown);
      progress.end();
      report(outcome, (performance.now() - began) / 1_000, rejectedFile, dryRun);
    } finally {
      await services.close();
    }
  } finally {
    await opened.close();
  }
} catch (error) {
  const isPlain = error instanceof Refusal || error instanceof Invalid;
  console.error(isPlain ? messageOf(error) : explain(error));
  process.exitCode = 1;
}

function messageOf(error: Error): string {
  return error instanceof Invalid ? Object.values(error.errors).join('\n') : error.message;
}

function readArguments(): { file: string; map: ImportMap; rejectedFile: string; dryRun: boolean } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      from: { type: 'string' },
      map: { type: 'string' },
      rejected: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
    },
  });
  const [file] = positionals;
  if (values.from !== 'csv' || !file || !values.map || positionals.length > 1) throw new Refusal(USAGE);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new Refusal(`There is no file ${file}`);
  if (!statSync(values.map, { throwIfNoEntry: false })?.isFile())
    throw new Refusal(`There is no map ${values.map}`);
  return {
    file,
    map: parseImportMap(readFileSync(values.map, 'utf8')),
    rejectedFile: values.rejected ?? `${file}.rejected.csv`,
    dryRun: values['dry-run'],
  };
}

/** The file appears with the first bad row; one of an earlier run goes. */
function rejectsInto(file: string) {
  rmSync(file, { force: true });
  let out: WriteStream | undefined;
  let columns: string[] = [];
  return {
    add({ line, reason, record }: Rejected) {
      if (!out) {
        out = createWriteStream(file, { flags: 'wx' });
        columns = Object.keys(record);
        out.write(toCsv(['reason', 'line', ...columns]));
      }
      out.write(toCsv([reason, String(line), ...columns.map(name => record[name] ?? '')]));
    },
    async end() {
      if (!out) return;
      out.end();
      await finished(out);
    },
  };
}

function toCsv(values: string[]): string {
  return `${values.map(value => `"${value.replaceAll('"', '""')}"`).join(',')}\n`;
}

function report(outcome: Outcome, seconds: number, rejectedFile: string, dryRun: boolean) {
  const { rows, written, skipped, rejected } = outcome;
  const rate = Math.round(rows / seconds).toLocaleString('en');
  console.log(`\n${rows} rows in ${seconds.toFixed(1)} s (${rate}/s)`);
  console.log(
    dryRun
      ? `  ${rows - rejected} would be imported; nothing was written`
      : `  ${written} imported, ${skipped} were there already`,
  );
  if (rejected > 0) console.log(`  ${rejected} rejected, with the reason of each in ${rejectedFile}`);
}
