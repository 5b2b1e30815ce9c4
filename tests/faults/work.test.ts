import { afterAll, expect, test } from 'vitest';
import { drillKillsOfWork } from '../../scripts/drills/kills-of-work.ts';
import { pushSink } from '../../scripts/drills/work.ts';
import { createServices } from '../../src/services.ts';
import { testDatabase } from '../support/db.ts';
import { smtpSink } from '../support/smtp.ts';

const sink = await smtpSink();
const pushes = await pushSink();
afterAll(pushes.close);
const { db, config } = await testDatabase();

const ROUNDS = 4;

/** A small sample of `npm run drill -- work`. */
test(`${ROUNDS} kills amid bulk runs, held replies, digests and push messages: each is done, and done once`, async () => {
  const services = await createServices(config, { db });
  const settings = {
    DATABASE_URL: config.database.url,
    DATABASE_POOL: '6',
    DATA_DIR: config.dataDir,
    SMTP_URL: sink.url,
    APP_URL: 'http://localhost:3000',
  };
  const report = await drillKillsOfWork({
    ...{ services, settings, sink, pushes, rounds: ROUNDS, size: 30 },
    say: () => {},
  });
  await services.close();
  expect(report.faults).toEqual([]);
  expect(report.works).toBe(ROUNDS);
}, 120_000);
