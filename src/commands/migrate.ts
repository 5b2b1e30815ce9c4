import { createDatabase } from '../db/knex.ts';
import { migrate, rollbackAll } from '../db/migrating.ts';
import { openConfig } from '../db/opening.ts';
import { explain } from '../explaining.ts';

/** `npm run migrate`, or `npm run migrate -- --rollback` to take every migration back. */

const rollback = process.argv.includes('--rollback');
const confirmed = process.argv.includes('--yes');

try {
  const opened = await openConfig({ beside: !rollback, log: console.log });
  try {
    if (rollback && opened.config.isProduction && !confirmed) {
      throw new Error('--rollback deletes all data. In production add --yes if you mean it.');
    }
    const db = createDatabase(opened.config, { url: opened.config.database.directUrl, max: 2 });
    const names = await (rollback ? rollbackAll : migrate)(db, console.log).finally(() => db.destroy());
    if (names.length === 0) console.log('Nothing to do');
  } finally {
    await opened.close();
  }
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
