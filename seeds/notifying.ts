import type { Tx } from '../src/domain/context.ts';
import type { DomainEvent } from '../src/domain/events/dispatching.ts';
import { notifyPeople } from '../src/domain/notifications/notifying.ts';
import type { Company } from './company.ts';

/**
 * The notices of the last two days by the rules of the real ones; what is older than six hours was read.
 * Mails that would follow are dropped before they commit.
 */
export async function notifyDemo(tx: Tx, { people }: Company): Promise<void> {
  await chooseForDemo(tx, people);
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
  await tx.db('digest_items').delete();
  await tx.db.raw(
    `update notifications set read_at = created_at + interval '20 minutes'
     where created_at < ?::timestamptz - interval '6 hours'`,
    [tx.now()],
  );
  await tx.db.raw(
    `update users u set unread = (select count(*) from notifications n where n.user_id = u.id and n.read_at is null)`,
  );
}

/** Marek reads of what he only follows once a day; Priya's team news can wait, and her evenings are hers. */
async function chooseForDemo(tx: Tx, { marek, priya }: Company['people']) {
  await tx.db('notification_preferences').insert([
    { user_id: marek, topic: 'following', page: true, mail: 'digest', push: false },
    { user_id: marek, topic: 'status', page: true, mail: 'off', push: false },
    { user_id: priya, topic: 'team', page: true, mail: 'digest', push: false },
    { user_id: priya, topic: 'status', page: true, mail: 'digest', push: false },
  ]);
  await tx.db('notification_times').insert([
    {
      user_id: marek,
      digest_hour: 8,
      quiet_from: '20:00',
      quiet_to: '07:00',
      quiet_days: [1, 2, 3, 4, 5, 6, 7],
    },
    { user_id: priya, digest_hour: 7, quiet_from: '16:00', quiet_to: '07:00', quiet_days: [1, 2, 3, 4] },
  ]);
}
