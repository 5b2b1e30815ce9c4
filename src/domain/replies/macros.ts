import type { Context, Tx } from '../context.ts';
import { Invalid } from '../errors.ts';
import { authorize } from '../policies.ts';
import { applyChanges, type TicketChanges } from '../tickets/changing.ts';
import { addComment } from '../tickets/commenting.ts';
import { tagName } from '../tickets/tag.ts';
import { lockTicket, type Ticket } from '../tickets/ticket.ts';
import { fillFor } from './filling.ts';
import { countUse } from './managing.ts';
import { findUsable, type MacroActions, requirePerson, type SavedReply } from './saved-reply.ts';

/**
 * Does all of a macro to one ticket in one transaction, so that it is done or not: its text becomes a reply or a
 * note, and everything it changes is one change of the ticket, told as the macro's in the history.
 */
export async function runMacro(ctx: Context, ticket: Ticket, macroId: number): Promise<Ticket> {
  authorize(ctx, 'ticket.change', ticket);
  return ctx.transaction(async tx => {
    const macro = await findUsable(tx, macroId);
    const current = await lockTicket(tx, ticket);
    authorize(tx, 'ticket.change', current);
    const changes = changesOf(tx, current, macro.actions ?? {});
    await countUse(tx, macro);
    if (!macro.body) return applyChanges(tx, current, changes, 'changed', because(macro));
    return speak(tx, current, macro, changes);
  });
}

async function speak(tx: Tx, ticket: Ticket, macro: SavedReply, changes: TicketChanges): Promise<Ticket> {
  const body = fillFor(tx, ticket, macro.body);
  if (!body) throw new Invalid({ '': tx.t('The text of “{{name}}” is empty here', { name: macro.name }) });
  // What the person has begun to write is not what the macro says: it stays where it is.
  const said = await addComment(tx, ticket, {
    kind: macro.says,
    body,
    changes,
    because: because(macro),
    leavesDraft: true,
  });
  return said.ticket;
}

const because = ({ id, name }: SavedReply) => ({ macroId: id, macro: name });

/** What it changes on this ticket, in the words of a change. */
export function changesOf(ctx: Context, ticket: Ticket, actions: MacroActions): TicketChanges {
  const { status, waitingOn, priority, assignee, teamId, categoryId } = actions;
  const changes: TicketChanges = {};
  if (status) Object.assign(changes, { status, waitingOn: waitingOn ?? null });
  if (priority) changes.priority = priority;
  if (teamId) changes.teamId = teamId;
  if (categoryId) changes.categoryId = categoryId;
  if (assignee !== undefined)
    changes.assigneeId = assignee === 'me' ? requirePerson(ctx).id : assignee === 'nobody' ? null : assignee;
  const gone = new Set((actions.removeTags ?? []).map(tagName));
  const added = actions.addTags ?? [];
  if (gone.size + added.length > 0)
    changes.tags = [...new Set([...ticket.tags, ...added])].filter(name => !gone.has(tagName(name)));
  return changes;
}
