import { parseArgs } from 'node:util';
import { fillDatabase, type Timings } from '../../seeds/bulk/filling.ts';
import { COORDINATORS, type Size } from '../../seeds/bulk/plan.ts';
import { demoPassword } from '../../seeds/cast.ts';
import { createDatabase } from '../db/knex.ts';
import { migrate } from '../db/migrating.ts';
import { openConfig } from '../db/opening.ts';
import { hashPassword } from '../domain/identity/passwords.ts';
import { explain } from '../explaining.ts';
import { createProgress } from './progress.ts';

const USAGE = `npm run seed -- --tickets N [--comments 5] [--people 20000] [--yes]

Adds N made-up tickets, with their history and search documents, for trying and measuring at size.
The tables are locked while it runs: nobody works meanwhile. Needs about 3 GB of disk for a million.`;

/** Said to whoever typed the command, without a stack. */
class Refusal extends Error {}

const MAX_TICKETS = 1_000_000;

try {
  const { size, confirmed } = readArguments();
  const opened = await openConfig({ beside: true, log: console.log });
  try {
    const { config } = opened;
    if (config.isProduction && !confirmed) {
      throw new Refusal('This fills a production database with made-up tickets. Add --yes if you mean it.');
    }
    const db = createDatabase(config, { url: config.database.directUrl, max: 2 });
    await migrate(db, console.log).finally(() => db.destroy());
    const progress = createProgress();
    const passwordHash = config.isProduction ? null : await hashPassword(demoPassword);
    const { timings, run } = await fillDatabase(config.database.directUrl, size, {
      passwordHash,
      report: progress,
    });
    progress.end();
    printTimings(size, timings);
    if (passwordHash) {
      console.log(
        `\nSign in as coordinator1 … coordinator${COORDINATORS}@run${run}.halden.example with: ${demoPassword}`,
      );
    }
  } finally {
    await opened.close();
  }
} catch (error) {
  console.error(error instanceof Refusal ? error.message : explain(error));
  process.exitCode = 1;
}

function readArguments(): { size: Size; confirmed: boolean } {
  const { values } = parseArgs({
    options: {
      tickets: { type: 'string' },
      comments: { type: 'string', default: '5' },
      people: { type: 'string', default: '20000' },
      yes: { type: 'boolean', default: false },
    },
  });
  const size = {
    tickets: whole(values.tickets, 1, MAX_TICKETS),
    comments: whole(values.comments, 1, 50),
    people: whole(values.people, 2, 1_000_000),
  };
  return { size, confirmed: values.yes };
}

function whole(text: string | undefined, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) throw new Refusal(USAGE);
  return value;
}

function printTimings({ tickets, comments }: Size, timings: Timings) {
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  const rate = (rows: number, ms: number) => `${Math.round(rows / (ms / 1_000)).toLocaleString('en')}/s`;
  const copied = timings.tickets + timings.comments;
  console.log(`
Tickets with ${comments} comments each   ${seconds(copied).padStart(9)}   ${rate(tickets, copied)} tickets
  tickets                      ${seconds(timings.tickets).padStart(9)}   ${rate(tickets, timings.tickets)}
  comments                     ${seconds(timings.comments).padStart(9)}   ${rate(tickets * comments, timings.comments)}
History (events)               ${seconds(timings.events).padStart(9)}   ${rate(tickets, timings.events)} tickets
Search documents, their index  ${seconds(timings.documents).padStart(9)}   ${rate(tickets, timings.documents)}
Other indexes and keys         ${seconds(timings.indexes).padStart(9)}
People, counters, statistics   ${seconds(timings.people + timings.tidying).padStart(9)}`);
}
