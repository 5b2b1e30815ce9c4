import { systemActor } from '../src/domain/access/actor.ts';
import type { Tx } from '../src/domain/context.ts';
import { recordEvent } from '../src/domain/events/recording.ts';
import { indexTickets } from '../src/domain/search/documents.ts';
import { settingsFrom } from '../src/domain/settings/settings.ts';
import { stampDueTickets } from '../src/domain/tickets/due.ts';
import type { Services } from '../src/services.ts';
import { settleAssignment } from './assignment.ts';
import { type CastKey, cast, castKeys, demoPassword, teams } from './cast.ts';
import { type Company, insertCompany } from './company.ts';
import { wordMails } from './mail-templates.ts';
import { insertMailboxes } from './mailboxes.ts';
import { seedMails } from './mails.ts';
import { notifyDemo } from './notifying.ts';
import { relateTickets } from './relating.ts';
import { insertReplies } from './replies.ts';
import { insertSavedViews } from './saved-views.ts';
import { facilities } from './stories/facilities.ts';
import { finance } from './stories/finance.ts';
import { hr } from './stories/hr.ts';
import { itBefore } from './stories/it-before.ts';
import { itToday } from './stories/it-today.ts';
import { tellStories } from './telling.ts';
import { seedWorking } from './working.ts';

export type DemoAccount = { role: string; email: string; password: string };

const account = (key: CastKey): DemoAccount => ({
  role: cast[key].role,
  email: cast[key].email,
  password: demoPassword,
});

/** Printed by `npm start`. Everybody of the cast has the same password. */
export const demoAccounts: DemoAccount[] = (['kwame', 'marek', 'aisha', 'jonas'] as const).map(account);

export const stories = [...itToday, ...itBefore, ...hr, ...facilities, ...finance];

const companySettings = {
  companyName: 'Halden Freight',
  helpLine: 'Urgent? Call +31 10 123 45 67, day and night',
  timeZone: 'Europe/Amsterdam',
  locale: 'en',
};

const FIRST_NUMBER = 4_762;

/**
 * Fills an empty database with Halden Freight, a company that has used the help desk for weeks. One transaction,
 * so a start that is cut off leaves nothing behind. Nobody is mailed: the history's places in the outbox go
 * before they commit.
 */
export async function seedDemo(services: Pick<Services, 'contextFor' | 'world'>): Promise<void> {
  const settings = settingsFrom(companySettings);
  const world = { ...services.world, wake() {} };
  const ctx = await services.contextFor(systemActor('seed'), { settings, world });
  await ctx.transaction(async tx => {
    await writeSettings(tx);
    const company = await insertCompany(tx.db, tx.now());
    await tx.db.raw(`select setval('ticket_numbers', ?, false)`, [FIRST_NUMBER]);
    await settleAssignment(tx, company);
    await recordFounding(tx, company);
    await insertReplies(tx, company);
    await insertMailboxes(tx, company);
    await wordMails(tx, company);
    const ids = await tellStories(tx, company, stories);
    await relateTickets(tx, company);
    await recordToday(tx, company);
    await seedWorking(tx, company);
    await insertSavedViews(tx, company);
    await tx.db('event_queue').delete();
    await stampDueTickets(tx);
    await notifyDemo(tx, company);
    await seedMails(tx, company);
    await indexTickets(tx.db, ids);
  });
}

async function writeSettings(tx: Tx) {
  const rows = Object.entries(companySettings).map(([key, value]) => ({ key, value: JSON.stringify(value) }));
  await tx.db('settings').insert(rows).onConflict('key').merge();
}

const DAY = 86_400_000;
const ago = (tx: Tx, days: number): Tx => {
  const own: Tx = {
    ...tx,
    now: () => new Date(tx.now().getTime() - days * DAY),
    transaction: work => work(own),
  };
  return own;
};

/** The first lines of the audit log. */
async function recordFounding(tx: Tx, company: Company) {
  const silent = { silent: true };
  for (const [key, { name }] of Object.entries(teams)) {
    const subject = {
      objectType: 'team' as const,
      objectId: company.teams[key as keyof typeof teams],
      label: name,
    };
    await recordEvent(ago(tx, 60), 'team.created', subject, silent);
  }
  await recordEvent(
    ago(tx, 59),
    'settings.changed',
    { objectType: 'settings', label: 'Settings' },
    {
      silent: true,
      changes: { companyName: ['SmartSupport', 'Halden Freight'], timeZone: ['UTC', 'Europe/Amsterdam'] },
    },
  );
}

async function recordToday(tx: Tx, company: Company) {
  for (const key of castKeys.filter(each => cast[each].status === 'pending')) {
    const { firstName, lastName } = cast[key];
    const subject = {
      objectType: 'user' as const,
      objectId: company.people[key],
      label: `${firstName} ${lastName}`,
    };
    await recordEvent(ago(tx, 0.4), 'user.signed-up', subject, { silent: true });
  }
  const stefan = { objectType: 'user' as const, objectId: company.people.stefan, label: 'Stefan Nagy' };
  await recordEvent(ago(tx, 0.1), 'user.suspended', stefan, {
    silent: true,
    changes: { status: ['active', 'suspended'] },
  });
}
