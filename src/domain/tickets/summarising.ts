import { query } from '../../db/knex.ts';
import type { Answer, Llm, LlmFailure } from '../../platform/llm.ts';
import { personId } from '../access/actor.ts';
import { actingAs, type Context } from '../context.ts';
import { NotFound } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { loadSignedIn } from '../identity/person.ts';
import { authorize, can } from '../policies.ts';
import { SUMMARY_COLUMN, type Summary, type SummaryRow, toSummary } from './summary.ts';
import { MAX_MATERIAL, type Material, plainSummary, promptFor } from './summary-prompt.ts';
import { findTicketById, lockTicket, type Ticket } from './ticket.ts';

/** Nothing where no AI is configured, or while there is too little to sum up. */
export async function summaryOf(ctx: Context, ticket: Ticket): Promise<Summary | undefined> {
  authorize(ctx, 'ticket.work', ticket);
  if (!ctx.world.hasAi) return undefined;
  const [row] = await query<{ summary: SummaryRow | null }>(ctx.db, `select ${SUMMARY_COLUMN}`, [
    ticket.id,
    ticket.id,
  ]);
  return toSummary(row?.summary);
}

/** Asks for a summary, or for a new one; a job writes it. Idempotent while one is being written. */
export async function wantSummary(ctx: Context, ticket: Ticket): Promise<void> {
  authorize(ctx, 'ticket.work', ticket);
  await ctx.transaction(async tx => {
    const current = await lockTicket(tx, ticket);
    const summary = await summaryOf(tx, current);
    if (!summary) throw new NotFound('There is nothing to summarise');
    tx.afterCommit(() => tx.world.wake('summarise-tickets'));
    if (summary.state === 'wanted') return;
    const wanted = {
      state: 'wanted',
      requested_by: personId(tx.actor),
      requested_at: tx.now(),
      ...{ error: null, claim: null, claimed_until: null, attempts: 0 },
    };
    await tx
      .db('ticket_summaries')
      .insert({ ticket_id: current.id, ...wanted })
      .onConflict('ticket_id')
      .merge(wanted);
    await recordEvent(tx, 'ticket.summary-wanted', subjectOf(current), { internal: true, silent: true });
  });
}

/** What comes of the writing is thrown away; an older text stays. Idempotent. */
export async function stopSummary(ctx: Context, ticket: Ticket): Promise<void> {
  authorize(ctx, 'ticket.work', ticket);
  await ctx.transaction(async tx => {
    const wanted = () => tx.db('ticket_summaries').where({ ticket_id: ticket.id, state: 'wanted' });
    const kept = await wanted()
      .whereNotNull('text')
      .update({ state: 'made', claim: null, claimed_until: null });
    const gone = await wanted().delete();
    if (kept + gone === 0) return;
    await recordEvent(tx, 'ticket.summary-stopped', subjectOf(ticket), { internal: true, silent: true });
  });
}

type Claimed = { id: number; ticketId: number; requestedBy: number; claim: string; attempts: number };

/** Longer than an answer may take, so that one is claimed again only after its process has died. */
const LEASE_SECONDS = 30;
const MAX_ATTEMPTS = 3;

const CLAIM = `
  with next as (
    select id from ticket_summaries
    where state = 'wanted' and (claimed_until is null or claimed_until < now())
    order by requested_at, id limit 1 for update skip locked)
  update ticket_summaries s set claim = gen_random_uuid(), attempts = attempts + 1,
         claimed_until = now() + ? * interval '1 second'
  from next where s.id = next.id
  returning s.id, s.ticket_id as "ticketId", s.requested_by as "requestedBy", s.claim, s.attempts`;

/** Writes what is wanted, one at a time. No transaction is open while the model thinks. */
export async function makeSummaries(
  ctx: Context,
  llm: Llm,
  { goOn = () => true }: { goOn?: () => boolean } = {},
): Promise<number> {
  let taken = 0;
  for (; goOn(); taken += 1) {
    const [claimed] = await query<Claimed>(ctx.db, CLAIM, [LEASE_SECONDS]);
    if (!claimed) break;
    await makeSummary(ctx, llm, claimed);
  }
  return taken;
}

async function makeSummary(ctx: Context, llm: Llm, claimed: Claimed): Promise<void> {
  if (claimed.attempts > MAX_ATTEMPTS) return endFailed(ctx, claimed, 'away');
  const found = await readFor(ctx, claimed);
  // Whoever asked may not read it any more, or there is nothing left to read.
  if (!found) return forget(ctx, claimed);
  const prompt = promptFor(found.material, ctx.settings.locale);
  const answer: Answer = await llm.ask({ ...prompt, maxTokens: 400, retries: 1 });
  if (!answer.ok) return endFailed(ctx, claimed, answer.failure);
  const text = plainSummary(answer.text);
  if (!text) return endFailed(ctx, claimed, 'unreadable');
  await ctx.transaction(async tx => {
    const made = {
      state: 'made',
      text,
      model: llm.model,
      covers_comment_id: found.newest,
      made_at: tx.now(),
    };
    const ended = await ours(tx, claimed).update({ ...made, error: null, claim: null, claimed_until: null });
    if (ended === 0) return;
    await recordEvent(tx, 'ticket.summary-made', subjectOf(found.ticket), {
      internal: true,
      silent: true,
      data: { model: llm.model, replies: found.material.messages.length, sent: prompt.data.length },
    });
  });
}

/** A claim that ran out, a summary taken away or asked for anew: then the answer is nobody's. */
const ours = (ctx: Context, { id, claim }: Claimed) => ctx.db('ticket_summaries').where({ id, claim });

async function endFailed(ctx: Context, claimed: Claimed, error: LlmFailure) {
  await ours(ctx, claimed).update({ state: 'failed', error, claim: null, claimed_until: null });
}

async function forget(ctx: Context, claimed: Claimed) {
  await ours(ctx, claimed).delete();
}

const MESSAGES = `
  select c.id, left(c.body, ?) as body, to_char(c.created_at at time zone 'UTC', 'YYYY-MM-DD') as on,
         case when c.author_id = ? then 'requester' when u.role <> 'employee' then 'desk' else 'colleague' end as from
  from comments c left join users u on u.id = c.author_id
  where c.ticket_id = ? and c.kind = 'reply' and c.redacted_at is null
  order by c.id desc limit 100`;

type Found = { ticket: Ticket; material: Material; newest: number };

/** What the person who asked may read at this moment, and of it only what the requester reads too: no notes. */
async function readFor(ctx: Context, claimed: Claimed): Promise<Found | undefined> {
  const asker = await loadSignedIn(ctx.db, claimed.requestedBy);
  if (!asker) return undefined;
  const acting = actingAs(ctx, asker.person);
  const ticket = await findTicketById(acting, claimed.ticketId).catch(goneOut);
  if (!ticket || !can(asker.person, 'ticket.work', ticket)) return undefined;
  const messages = await query<Material['messages'][number] & { id: number }>(acting.db, MESSAGES, [
    MAX_MATERIAL,
    ticket.requesterId,
    ticket.id,
  ]);
  const newest = messages[0]?.id;
  return newest ? { ticket, newest, material: { subject: ticket.subject, messages } } : undefined;
}

const goneOut = (error: unknown) => {
  if (error instanceof NotFound) return undefined;
  throw error;
};

const subjectOf = (ticket: Ticket) => ({
  objectType: 'ticket' as const,
  objectId: ticket.id,
  label: `#${ticket.number}`,
  ticketId: ticket.id,
});
