import type { Tx } from '../src/domain/context.ts';
import type { DomainEvent } from '../src/domain/events/dispatching.ts';
import { notifyPeople } from '../src/domain/notifications/notifying.ts';

/**
 * The notices of the last two days by the rules of the real ones; what is older than six hours was read.
 * Mails that would follow are dropped before they commit.
 */
export async function notifyDemo(tx: Tx): Promise<void> {
  const events = await tx
    .db('events')
    .whereNotNull('ticket_id')
    .whereRaw(`occurred_at > ?::timestamptz - interval '2 days'`, [tx.now()])
    .orderBy('id')
    .select<DomainEvent[]>({
      id: 'id',
      type: 'type',
      occurredAt: 'occurred_at',
      actorId: 'actor_id',
      actorKind: 'actor_kind',
      objectType: 'object_type',
      objectId: 'object_id',
      ticketId: 'ticket_id',
      commentId: 'comment_id',
      internal: 'internal',
      toStatus: 'to_status',
      changes: 'changes',
      data: 'data',
    });
  await notifyPeople(tx, events);
  await tx.db('deliveries').delete();
  await tx.db.raw(
    `update notifications set read_at = created_at + interval '20 minutes'
     where created_at < ?::timestamptz - interval '6 hours'`,
    [tx.now()],
  );
  await tx.db.raw(
    `update users u set unread = (select count(*) from notifications n where n.user_id = u.id and n.read_at is null)`,
  );
}
