import { systemActor } from '../access/actor.ts';
import type { Tx } from '../context.ts';
import { Invalid } from '../errors.ts';
import { applyChanges } from './changing.ts';
import { insertItems } from './checking.ts';
import type { TicketTemplate } from './template.ts';
import { lockTicket } from './ticket.ts';

/** Where the template's kind of ticket goes, unless the person chose to say that it is about something else. */
export async function teamOf(
  tx: Tx,
  template: TicketTemplate | undefined,
  categoryId: number | null,
): Promise<number | null> {
  if (!template?.teamId || (template.categoryId ?? categoryId) !== categoryId) return null;
  const team = await tx.db('teams').where({ id: template.teamId, archived_at: null }).first('id');
  return team?.id ?? null;
}

/**
 * What the template adds to a ticket that was just created: its list, its tags, its owner. In the name of the
 * program, since whoever raises a ticket need not be one who may assign it.
 */
export async function applyTemplate(tx: Tx, ticketId: number, template: TicketTemplate): Promise<void> {
  if (template.checklist.length > 0) await insertItems(tx, { id: ticketId }, template.checklist);
  const program: Tx = { ...tx, actor: systemActor('ticket-template'), transaction: work => work(program) };
  const ticket = await lockTicket(program, { id: ticketId });
  const { tags, assigneeId } = template;
  const data = { template: template.name };
  const wanted = tags.length > 0 ? { tags } : {};
  if (assigneeId === null) {
    await applyChanges(program, ticket, wanted, 'changed', data);
    return;
  }
  // An owner who left since, or does not belong to the team, holds nothing up: the ticket waits in the queue.
  await applyChanges(program, ticket, { ...wanted, assigneeId }, 'changed', data).catch(error => {
    if (!(error instanceof Invalid)) throw error;
    return applyChanges(program, ticket, wanted, 'changed', data);
  });
}
