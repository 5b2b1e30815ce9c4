import { isPerson } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { changesOf } from '../replies/macros.ts';
import { worksTicket } from '../tickets/policy.ts';
import { MAX_TAGS, sameTags, tagName, tagNames } from '../tickets/tag.ts';
import type { Ticket } from '../tickets/ticket.ts';
import type { Facts } from './facts.ts';
import type { BulkParameters, BulkTask, Reason } from './task.ts';

/** What an act looks at; a whole `Ticket` is one too. */
export type Judged = Pick<
  Ticket,
  | 'id'
  | 'status'
  | 'statusKind'
  | 'waitingOn'
  | 'priority'
  | 'categoryId'
  | 'teamId'
  | 'assigneeId'
  | 'tags'
  | 'spamAt'
  | 'requesterId'
  | 'watching'
  | 'following'
  | 'managing'
  | 'mergedInto'
>;

export type Verdict = { state: 'changed' | 'unchanged' | 'refused'; reason: Reason | null };

const CHANGED: Verdict = { state: 'changed', reason: null };
const unchanged = (reason: Reason): Verdict => ({ state: 'unchanged', reason });
const refused = (reason: Reason): Verdict => ({ state: 'refused', reason });
const unless = (isSame: boolean): Verdict => (isSame ? unchanged('same') : CHANGED);

type Judge<A extends keyof BulkParameters> = (
  ticket: Judged,
  parameters: BulkParameters[A],
  facts: Facts,
  ctx: Context,
) => Verdict;

/**
 * What an act will come to for one ticket: said in the preview, and asked again before it is done. The verbs have
 * the last word; this only spares a ticket that would not change, and says why.
 */
export function judge(ctx: Context, ticket: Judged, task: BulkTask, facts: Facts): Verdict {
  if (!isPerson(ctx.actor) || !worksTicket(ctx.actor, ticket)) return refused('not-yours');
  const rule = JUDGES[task.act] as Judge<typeof task.act>;
  return rule(ticket, task.parameters as never, facts, ctx);
}

const isOver = ({ statusKind }: Judged) => statusKind === 'closed';

const JUDGES: { [A in keyof BulkParameters]: Judge<A> } = {
  assign: (ticket, { assigneeId }, { assignee }) => {
    if (ticket.assigneeId === assigneeId) return unchanged('same');
    if (assigneeId === null) return CHANGED;
    if (!assignee) return refused('invalid');
    const fits = assignee.everyTeam || ticket.teamId === null || assignee.teamIds.includes(ticket.teamId);
    return fits ? CHANGED : refused('not-of-team');
  },
  status: (ticket, { status, waitingOn }, facts) => {
    if (!facts.status) return refused('invalid');
    if (ticket.status !== status) return CHANGED;
    if (isOver(ticket)) return unchanged('closed');
    return unless(facts.status.kind !== 'waiting' || ticket.waitingOn === (waitingOn ?? ticket.waitingOn));
  },
  priority: (ticket, { priority }) => unless(ticket.priority === priority),
  category: (ticket, { categoryId }, { category }) =>
    categoryId !== null && !category ? refused('invalid') : unless(ticket.categoryId === categoryId),
  team: (ticket, { teamId }, { team }) =>
    teamId !== null && !team ? refused('invalid') : unless(ticket.teamId === teamId),
  'add-tags': (ticket, { tags }) => {
    const all = new Set([...ticket.tags, ...tags.map(tagName)]);
    if (all.size === ticket.tags.length) return unchanged('same');
    return all.size > MAX_TAGS ? refused('too-many-tags') : CHANGED;
  },
  'remove-tags': (ticket, { tags }) => unless(!tags.some(tag => ticket.tags.includes(tagName(tag)))),
  reply: ticket => (isOver(ticket) ? refused('closed') : CHANGED),
  note: () => CHANGED,
  solve: ticket =>
    isOver(ticket) ? unchanged('closed') : ticket.statusKind === 'resolved' ? unchanged('solved') : CHANGED,
  close: ticket => (isOver(ticket) ? unchanged('closed') : CHANGED),
  spam: ticket => unless(ticket.spamAt !== null),
  follow: ticket => unless(ticket.following),
  macro: (ticket, _parameters, { macro }, ctx) => {
    if (!macro) return refused('invalid');
    if (macro.body) return macro.says === 'reply' && isOver(ticket) ? refused('closed') : CHANGED;
    const changes = changesOf(ctx, ticket as Ticket, macro.actions ?? {});
    const differs = (Object.keys(changes) as (keyof typeof changes)[]).some(field =>
      field === 'tags'
        ? !sameTags(tagNames(changes.tags ?? [], ctx.t), ticket.tags)
        : field !== 'subject' && changes[field] !== ticket[field],
    );
    return unless(!differs);
  },
  merge: (ticket, { targetId, acrossRequesters }, { target }) => {
    if (ticket.id === targetId) return unchanged('target');
    if (!target || target.statusKind === 'closed' || target.spamAt || target.mergedInto)
      return refused('invalid');
    if (ticket.mergedInto) return unchanged('merged');
    if (isOver(ticket)) return refused('closed');
    if (ticket.spamAt) return refused('invalid');
    return ticket.requesterId !== target.requesterId && !acrossRequesters ? refused('two-people') : CHANGED;
  },
};
