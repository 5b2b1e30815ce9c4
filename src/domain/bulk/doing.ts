import { isPerson, personId } from '../access/actor.ts';
import type { Tx } from '../context.ts';
import { Unauthenticated } from '../errors.ts';
import { fillFor } from '../replies/filling.ts';
import { runMacro } from '../replies/macros.ts';
import { pickUpTicket } from '../tickets/assigning.ts';
import { changeTicket } from '../tickets/changing.ts';
import { closeTicket, resolveTicket } from '../tickets/closing.ts';
import { addComment, type NewComment } from '../tickets/commenting.ts';
import { mergeTickets } from '../tickets/merging.ts';
import { markSpam } from '../tickets/spamming.ts';
import { addTags, removeTags } from '../tickets/tagging.ts';
import { findTicketById, type Ticket } from '../tickets/ticket.ts';
import { followTicket } from '../tickets/watching.ts';
import type { BulkAct, BulkParameters, BulkTask } from './task.ts';

/** Does the act to one ticket, by the same verb as its own page would: rights, history and mails are those. */
export function doTask(tx: Tx, ticket: Ticket, task: BulkTask): Promise<unknown> {
  const act = DOINGS[task.act] as Doing<BulkAct>;
  return act(tx, ticket, task.parameters as never);
}

type Doing<A extends BulkAct> = (tx: Tx, ticket: Ticket, parameters: BulkParameters[A]) => Promise<unknown>;

const DOINGS: { [A in BulkAct]: Doing<A> } = {
  assign: (tx, ticket, { assigneeId }) =>
    assigneeId === personId(tx.actor) ? pickUpTicket(tx, ticket) : changeTicket(tx, ticket, { assigneeId }),
  status: (tx, ticket, { status, waitingOn }) => changeTicket(tx, ticket, { status, waitingOn }),
  priority: (tx, ticket, { priority }) => changeTicket(tx, ticket, { priority }),
  category: (tx, ticket, { categoryId }) => changeTicket(tx, ticket, { categoryId }),
  team: (tx, ticket, { teamId }) => changeTicket(tx, ticket, { teamId }),
  'add-tags': (tx, ticket, { tags }) => addTags(tx, ticket, tags),
  'remove-tags': (tx, ticket, { tags }) => removeTags(tx, ticket, tags),
  reply: (tx, ticket, { body, then }) => write(tx, ticket, { kind: 'reply', body, then }),
  note: (tx, ticket, { body }) => write(tx, ticket, { kind: 'note', body }),
  solve: (tx, ticket) => resolveTicket(tx, ticket),
  close: (tx, ticket) => closeTicket(tx, ticket),
  spam: (tx, ticket) => markSpam(tx, ticket, true),
  follow: (tx, ticket) => followTicket(tx, ticket),
  macro: (tx, ticket, { macroId }) => keepingDraft(tx, ticket, () => runMacro(tx, ticket, macroId)),
  merge: async (tx, ticket, { targetId, acrossRequesters }) =>
    // Whoever watches a source reads the target only if somebody lets them in, and a run asks about nobody.
    mergeTickets(tx, ticket, await findTicketById(tx, targetId), { acrossRequesters }),
};

const write = (tx: Tx, ticket: Ticket, comment: NewComment) =>
  keepingDraft(tx, ticket, () =>
    addComment(tx, ticket, { ...comment, body: fillFor(tx, ticket, comment.body), takes: false }),
  );

/** The same message for many is not what somebody has begun to write on one of them: that draft stays. */
async function keepingDraft(tx: Tx, ticket: Ticket, work: () => Promise<unknown>): Promise<void> {
  if (!isPerson(tx.actor)) throw new Unauthenticated('Sign in first');
  const draft = await tx
    .db('drafts')
    .where({ user_id: tx.actor.id, scope: `ticket:${ticket.id}` })
    .first();
  await work();
  if (!draft) return;
  await tx
    .db('drafts')
    .insert({ ...draft, body: JSON.stringify(draft.body) })
    .onConflict()
    .ignore();
}
