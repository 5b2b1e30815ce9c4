import { systemActor } from '../src/domain/access/actor.ts';
import type { Context, Tx } from '../src/domain/context.ts';
import { loadSignedIn } from '../src/domain/identity/person.ts';
import { can } from '../src/domain/policies.ts';
import { pickUpTicket } from '../src/domain/tickets/assigning.ts';
import { applyChanges, changeTicket, type TicketChanges } from '../src/domain/tickets/changing.ts';
import {
  closeTicket,
  confirmTicket,
  reopenTicket,
  resolveTicket,
  withdrawTicket,
} from '../src/domain/tickets/closing.ts';
import { addComment } from '../src/domain/tickets/commenting.ts';
import { createTicket } from '../src/domain/tickets/creating.ts';
import { markSpam } from '../src/domain/tickets/spamming.ts';
import { addTags } from '../src/domain/tickets/tagging.ts';
import { findTicket, lockTicket, type Ticket } from '../src/domain/tickets/ticket.ts';
import { addWatcher } from '../src/domain/tickets/watching.ts';
import { type CastKey, cast, castKeys } from './cast.ts';
import type { Company } from './company.ts';
import { addDemoFiles } from './files.ts';
import { type Act, type Change, minutesOf, type Step, type Story } from './story.ts';
import { tagsOf } from './tags.ts';

type Voice = (by: CastKey | 'system', at: Date) => Tx;
type Moment = { at: Date; story: Story; step?: Step };

/**
 * Tells all stories at once, moment by moment in the order of time, through the domain's own verbs with a clock
 * that is moved: so keys, events and rules are those of a service that has been running for weeks.
 */
export async function tellStories(tx: Tx, company: Company, stories: readonly Story[]): Promise<number[]> {
  const voice = await voices(tx, company);
  const numbers = new Map<Story, number>();
  for (const { at, story, step } of moments(stories, tx.now())) {
    if (!step) numbers.set(story, await open(story, voice(story.raisedBy ?? story.by, at), company));
    else
      await act(step, story, voice(step.by, at), company, numbers.get(story)!).catch((cause: Error) => {
        throw new Error(`“${story.subject}”, ${step.by} ${step.act.is}: ${cause.message}`, { cause });
      });
  }
  return tx
    .db('tickets')
    .whereIn('number', [...numbers.values()])
    .orderBy('id')
    .pluck('id');
}

function moments(stories: readonly Story[], now: Date): Moment[] {
  return stories
    .flatMap((story): Moment[] => {
      const opened = now.getTime() - minutesOf(story.opened) * 60_000;
      const at = (after: number) => new Date(opened + after * 60_000 + ((after * 7_919) % 50_000));
      return [
        { at: at(0), story },
        ...(story.steps ?? []).map(step => ({ at: at(minutesOf(step.after)), story, step })),
      ];
    })
    .filter(({ at }) => at <= now)
    .sort((a, b) => a.at.getTime() - b.at.getTime());
}

/** The same transaction in somebody's name at some moment. Rights are read once: nobody's change while telling. */
async function voices(tx: Tx, company: Company): Promise<Voice> {
  const people = new Map<CastKey, Context['actor']>();
  for (const key of castKeys) {
    const signedIn = await loadSignedIn(tx.db, company.people[key]);
    if (signedIn) people.set(key, signedIn.person);
  }
  return (by, at) => {
    const actor = by === 'system' ? systemActor('close-resolved-tickets') : people.get(by);
    if (!actor) throw new Error(`${by} may not act`);
    const own: Tx = {
      ...tx,
      actor,
      now: () => at,
      origin: by === 'system' ? null : originOf(by),
      transaction: work => work(own),
    };
    return own;
  };
}

const originOf = (key: CastKey) => ({
  address: `10.20.${4 + (castKeys.indexOf(key) % 4)}.${10 + castKeys.indexOf(key)}`,
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0',
});

async function open(story: Story, tx: Tx, company: Company): Promise<number> {
  const { number } = await createTicket(tx, {
    subject: story.subject,
    body: story.body,
    categoryId: company.categories[story.category],
    impact: story.impact ?? null,
    requesterId: company.people[story.by],
    uploadIds: await addDemoFiles(tx, story.files ?? []),
  });
  return number;
}

/** The desk tags a ticket when it first touches it. */
async function withTags(tx: Tx, ticket: Ticket, story: Story): Promise<Ticket> {
  const tags = tagsOf(story);
  if (ticket.tags.length > 0 || tags.length === 0 || tx.actor.kind !== 'person') return ticket;
  if (tx.actor.role === 'employee' || !can(tx.actor, 'ticket.change', ticket)) return ticket;
  return addTags(tx, ticket, tags);
}

async function act(step: Step, story: Story, tx: Tx, company: Company, number: number): Promise<void> {
  const ticket = await withTags(tx, await findTicket(tx, number), story);
  const did = step.act;
  if (did.is === 'reply') {
    const uploadIds = await addDemoFiles(tx, did.files);
    await addComment(tx, ticket, { kind: 'reply', body: did.body, then: did.after, uploadIds });
  } else if (did.is === 'note') await addComment(tx, ticket, { kind: 'note', body: did.body });
  else if (did.is === 'change') await changeTicket(tx, ticket, inKeys(did.changes, company));
  else if (did.is === 'watch') await addWatcher(tx, ticket, cast[did.who].email);
  else await plain[did.is](tx, ticket);
}

type Plain = Exclude<Act['is'], 'reply' | 'note' | 'change' | 'watch'>;

const plain: Record<Plain, (tx: Tx, ticket: Ticket) => Promise<unknown>> = {
  take: pickUpTicket,
  resolve: resolveTicket,
  confirm: confirmTicket,
  withdraw: withdrawTicket,
  close: closeTicket,
  reopen: reopenTicket,
  spam: (tx, ticket) => markSpam(tx, ticket, true),
  'auto-close': async (tx, ticket) =>
    applyChanges(tx, await lockTicket(tx, ticket), { status: 'closed' }, 'auto-closed'),
};

function inKeys(changes: Change, { categories, teams, people }: Company): TicketChanges {
  const { category, team, assignee, ...rest } = changes;
  return {
    ...rest,
    ...(category && { categoryId: categories[category] }),
    ...(team && { teamId: teams[team] }),
    ...(assignee !== undefined && { assigneeId: assignee && people[assignee] }),
  };
}
