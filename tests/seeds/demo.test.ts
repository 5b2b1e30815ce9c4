import { beforeAll, describe, expect, test } from 'vitest';
import { cast, castKeys, demoPassword } from '../../seeds/cast.ts';
import { demoAccounts, seedDemo, stories } from '../../seeds/demo.ts';
import { minutesOf } from '../../seeds/story.ts';
import { passwordProblem, verifyPassword } from '../../src/domain/identity/passwords.ts';
import { loadSettings } from '../../src/domain/settings/settings.ts';
import { createServices } from '../../src/services.ts';
import { testDatabase } from '../support/db.ts';
import { expectInvariants } from '../support/invariants.ts';

const { db, config } = await testDatabase();

describe('the demo company', () => {
  let tookMs = 0;

  beforeAll(async () => {
    const services = await createServices(config, { db });
    const start = performance.now();
    await seedDemo(services);
    tookMs = performance.now() - start;
    await services.close();
  });

  test('keeps every rule, with a file behind each attachment', async () => {
    await expectInvariants(db, { filesDir: config.filesDir });
    expect(Number((await db('attachments').count('* as n'))[0]?.n)).toBeGreaterThan(2);
  });

  test('is there within seconds', () => {
    expect(tookMs).toBeLessThan(8_000); // about one second on a machine that does nothing else
  });

  test('mails nobody about its history', async () => {
    expect(await db('event_queue').first()).toBeUndefined();
    // What the mail log shows was sent long ago, given up, or is one that a server put off: nothing is new.
    const fresh = db('deliveries').whereIn('state', ['pending', 'sending']).where({ attempts: 0 });
    expect(await fresh.first()).toBeUndefined();
  });

  test('has tickets in every state and every team', async () => {
    expect(await db('tickets').distinct().orderBy('status').pluck('status')).toEqual([
      ...['closed', 'in-progress', 'new', 'on-hold', 'open', 'rejected', 'resolved', 'withdrawn'],
    ]);
    expect(await db('tickets').distinct().pluck('team_id')).toHaveLength(4);
    expect(await db('tickets').distinct().orderBy('due_state').pluck('due_state')).toEqual([
      'none',
      'overdue',
      'soon',
    ]);
    expect(await db('tickets').whereNotNull('spam_at')).toHaveLength(1);
  });

  test('happened before now, and its history reads in the order of time', async () => {
    expect(await db('tickets').whereRaw("updated_at > now() + interval '1 minute'")).toEqual([]);
    const { rows } = await db.raw(
      `select 1 from (select occurred_at, lag(occurred_at) over (order by id) as before
                      from events where object_type in ('ticket', 'comment')) as walk where occurred_at < before`,
    );
    expect(rows).toEqual([]);
  });

  test('stands under its own name and zone', async () => {
    expect(await loadSettings(db)).toMatchObject({
      companyName: 'Halden Freight',
      timeZone: 'Europe/Amsterdam',
    });
  });

  test.each(demoAccounts)('lets $email in as $role', async ({ email, role, password }) => {
    const user = await db('users').whereRaw('lower(email) = ?', [email]).first();
    expect(user).toMatchObject({ role, status: 'active' });
    expect(await verifyPassword(user.password_hash, password)).toBe(true);
  });
});

test('the demo password is one that the program itself would take', () => {
  const ctx = { t: (text: string) => text, settings: { companyName: 'Halden Freight' } } as never;
  for (const key of castKeys) expect(passwordProblem(ctx, demoPassword, cast[key])).toBeUndefined();
});

test('no story goes on after now', () => {
  const late = stories.filter(story =>
    (story.steps ?? []).some(step => minutesOf(step.after) >= minutesOf(story.opened)),
  );
  expect(late.map(story => story.subject)).toEqual([]);
});
