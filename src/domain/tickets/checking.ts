import { query } from '../../db/knex.ts';
import { personId } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { Invalid, NotFound } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import {
  CHECKLIST_COLUMN,
  type ChecklistItem,
  type ChecklistRow,
  MAX_ITEM_TEXT,
  MAX_ITEMS,
  toChecklist,
} from './checklist.ts';
import { lockTicket, type Ticket } from './ticket.ts';

/** The ticket's list alone; its page gets it with everything else from surroundings.ts. */
export async function checklistOf(ctx: Context, ticket: Ticket): Promise<ChecklistItem[]> {
  authorize(ctx, 'ticket.work', ticket);
  const [row] = await query<{ checklist: ChecklistRow }>(ctx.db, `select ${CHECKLIST_COLUMN}`, [ticket.id]);
  return toChecklist(row?.checklist);
}

/** Puts items at the end of the list. */
export async function addItems(ctx: Context, ticket: Ticket, texts: readonly string[]): Promise<void> {
  await onList(ctx, ticket, async (tx, current) => {
    await insertItems(tx, current, texts);
    await record(tx, current, 'checklist.added', { items: texts.length });
  });
}

/** For who makes the ticket itself: a template's items, in the transaction that creates it. */
export async function insertItems(tx: Tx, ticket: { id: number }, texts: readonly string[]): Promise<void> {
  if (texts.length === 0) throw new Invalid({ items: tx.t('Write what is to be done, one item a line') });
  if (texts.some(text => text.length > MAX_ITEM_TEXT))
    throw new Invalid({ items: tx.t('Shorten each item to {{count}} characters', { count: MAX_ITEM_TEXT }) });
  const [last] = await tx
    .db('checklist_items')
    .where({ ticket_id: ticket.id })
    .select(tx.db.raw('count(*) as items, coalesce(max(position), -1) as position'));
  if (last.items + texts.length > MAX_ITEMS)
    throw new Invalid({ items: tx.t('A list holds at most {{count}} items', { count: MAX_ITEMS }) });
  await tx.db('checklist_items').insert(
    texts.map((text, index) => ({
      ticket_id: ticket.id,
      text,
      position: last.position + 1 + index,
      created_by: personId(tx.actor),
      created_at: tx.now(),
    })),
  );
}

/** Idempotent: who ticked it first stays. */
export async function tickItem(ctx: Context, ticket: Ticket, id: number, done: boolean): Promise<void> {
  await onItem(ctx, ticket, id, async (tx, current, item) => {
    if ((item.doneAt !== null) === done) return;
    const by = done ? { done_at: tx.now(), done_by: personId(tx.actor) } : { done_at: null, done_by: null };
    await tx.db('checklist_items').where({ id }).update(by);
    await record(tx, current, done ? 'checklist.ticked' : 'checklist.unticked', { item: id });
  });
}

export async function renameItem(ctx: Context, ticket: Ticket, id: number, text: string): Promise<void> {
  await onItem(ctx, ticket, id, async (tx, current, item) => {
    if (item.text === text) return;
    await tx.db('checklist_items').where({ id }).update({ text });
    await record(tx, current, 'checklist.renamed', { item: id });
  });
}

/** Idempotent: what is gone stays gone. */
export async function removeItem(ctx: Context, ticket: Ticket, id: number): Promise<void> {
  await onList(ctx, ticket, async (tx, current) => {
    const gone = await tx.db('checklist_items').where({ id, ticket_id: current.id }).delete();
    if (gone > 0) await record(tx, current, 'checklist.removed', { item: id });
  });
}

/** Swaps places with the neighbour; at the end of the list nothing happens. */
export async function moveItem(
  ctx: Context,
  ticket: Ticket,
  id: number,
  direction: 'up' | 'down',
): Promise<void> {
  await onItem(ctx, ticket, id, async (tx, current) => {
    const ids = (await checklistOf(tx, current)).map(item => item.id);
    const from = ids.indexOf(id);
    const to = direction === 'up' ? from - 1 : from + 1;
    if (to < 0 || to >= ids.length) return;
    ids.splice(from, 1);
    ids.splice(to, 0, id);
    await tx.db.raw(
      `update checklist_items i set position = o.position - 1
       from unnest(?::bigint[]) with ordinality as o (id, position) where i.id = o.id and i.ticket_id = ?`,
      [ids, current.id],
    );
    await record(tx, current, 'checklist.moved', { item: id });
  });
}

type OnList = (tx: Tx, ticket: Ticket) => Promise<void>;

/** The ticket's lock keeps two writers of one list apart. The list is no property: the version stays. */
async function onList(ctx: Context, ticket: Ticket, work: OnList): Promise<void> {
  authorize(ctx, 'ticket.change', ticket);
  await ctx.transaction(async tx => {
    const current = await lockTicket(tx, ticket);
    authorize(tx, 'ticket.change', current);
    await work(tx, current);
  });
}

type Item = { text: string; doneAt: Date | null };

const onItem = (
  ctx: Context,
  ticket: Ticket,
  id: number,
  work: (tx: Tx, ticket: Ticket, item: Item) => Promise<void>,
) =>
  onList(ctx, ticket, async (tx, current) => {
    const item: Item | undefined =
      id > 0
        ? await tx
            .db('checklist_items')
            .where({ id, ticket_id: current.id })
            .first('text', 'done_at as doneAt')
        : undefined;
    if (!item) throw new NotFound('No such item on this ticket');
    await work(tx, current, item);
  });

/** Without the item's words: the log has readers who do not work this ticket. */
const record = (tx: Tx, ticket: Ticket, type: string, data: Record<string, unknown>) =>
  recordEvent(
    tx,
    type,
    { objectType: 'ticket', objectId: ticket.id, label: `#${ticket.number}`, ticketId: ticket.id },
    { internal: true, silent: true, data },
  );
