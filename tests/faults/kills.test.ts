import { expect, test } from 'vitest';
import { drillKills } from '../../scripts/drills/kills.ts';
import { freePort } from '../../scripts/drills/program.ts';
import { PASSWORD, testWorld } from '../support/factories.ts';
import { smtpSink } from '../support/smtp.ts';

const sink = await smtpSink();
const { db, config, makeUser, makeTeam, makeCategory } = await testWorld();

const ROUNDS = 6;

/** A small sample of `npm run drill -- kills`: the whole process, web and worker, with a database of its own. */
test(`100 tickets and ${ROUNDS} kills: nothing acknowledged is lost, nothing is there twice, every mail goes out`, async () => {
  const team = await makeTeam('IT');
  await makeCategory({ team });
  await makeUser({ role: 'coordinator', teams: [team] });
  const anna = await makeUser();
  const settings = {
    PORT: `${await freePort()}`,
    DATABASE_URL: config.database.url,
    DATABASE_POOL: '6',
    DATA_DIR: config.dataDir,
    SMTP_URL: sink.url,
    LOG_LEVEL: 'info',
  };
  const account = { email: anna.email, password: PASSWORD };
  const report = await drillKills(
    { settings, database: async () => db, account, sink },
    { rounds: ROUNDS, people: 3, calm: 15, hurry: true, say: () => {} },
  );
  expect(report.faults).toEqual([]);
  expect(report.raised).toBeGreaterThanOrEqual(100);
  expect(report.acknowledged).toBe(report.raised);
  expect(report.unknown).toBeGreaterThan(0);
}, 300_000);
