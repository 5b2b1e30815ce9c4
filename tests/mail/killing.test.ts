import { expect, test } from 'vitest';
import { drillMail } from '../../scripts/drills/mail.ts';
import { freePort } from '../../scripts/drills/program.ts';
import { testDatabase } from '../support/db.ts';

/** Two hundred in the drill: `npm run drill -- mail`. */
const ROUNDS = 2;
const { db, config } = await testDatabase();

test(`${ROUNDS} kills between the final dot and our commit lose no mail, and double none that is handled`, async () => {
  const port = await freePort();
  const settings = {
    DATA_DIR: config.dataDir,
    DATABASE_URL: config.database.url,
    SMTP_LISTEN: `127.0.0.1:${port}`,
    SMTP_URL: 'smtp://127.0.0.1:9',
  };
  const report = await drillMail({ settings, port, db }, { rounds: ROUNDS, calm: 1, say() {} });
  expect(report.faults).toEqual([]);
  expect(report).toMatchObject({ kills: ROUNDS, sent: ROUNDS * 2 });
  expect(report.duplicates).toBeLessThanOrEqual(ROUNDS);
}, 240_000);
