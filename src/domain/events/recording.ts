import { personId } from '../access/actor.ts';
import type { Tx } from '../context.ts';

/** From and to of each field that changed, in the values the database holds. */
export type Changes = Record<string, [from: unknown, to: unknown]>;

export type EventSubject = {
  objectType:
    | 'ticket'
    | 'comment'
    | 'attachment'
    | 'user'
    | 'team'
    | 'department'
    | 'category'
    | 'settings'
    | 'job'
    | 'export'
    | 'bulk'
    | 'saved-reply'
    | 'view'
    | 'template';
  objectId?: number | null;
  /** What people call it: "#1042", a name, an address. Kept as it was then. */
  label?: string;
  ticketId?: number | null;
  commentId?: number | null;
};

export type EventDetails = {
  changes?: Changes;
  data?: Record<string, unknown>;
  toStatus?: string | null;
  /** Only for who may work the ticket. */
  internal?: boolean;
  /** Nothing follows from it (a sign-in, a page view): written as audit, not queued. */
  silent?: boolean;
};

/**
 * Writes the event, where it came from, and its place in the outbox, all in the change's own transaction:
 * what was committed is always dispatched, what was rolled back never.
 */
export async function recordEvent(
  tx: Tx,
  type: string,
  subject: EventSubject,
  details: EventDetails = {},
): Promise<number> {
  const { rows } = await tx.db.raw<{ rows: { id: number }[] }>(
    `with event as (
       insert into events (occurred_at, type, actor_id, actor_kind, object_type, object_id, object_label,
                           ticket_id, comment_id, internal, to_status, changes, data, request_id)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?::jsonb, ?) returning id
     ), origin as (
       insert into event_origins (event_id, address, user_agent)
       select id, ?::text, ?::text from event where ?::boolean
     ), queued as (
       insert into event_queue (event_id) select id from event where ?::boolean
     )
     select id from event`,
    [
      tx.now(),
      type,
      personId(tx.actor),
      tx.actor.kind,
      subject.objectType,
      subject.objectId ?? null,
      subject.label ?? '',
      subject.ticketId ?? null,
      subject.commentId ?? null,
      details.internal ?? false,
      details.toStatus ?? null,
      JSON.stringify(details.changes ?? {}),
      JSON.stringify(details.data ?? {}),
      tx.requestId,
      tx.origin?.address ?? null,
      tx.origin?.userAgent?.slice(0, 300) ?? null,
      Boolean(tx.origin),
      !details.silent,
    ],
  );
  if (!details.silent) tx.afterCommit(() => tx.world.wake('dispatch-events'));
  const { id } = rows[0]!;
  if (subject.ticketId) {
    const signal = { about: 'ticket' as const, ticket: subject.ticketId, event: id };
    tx.afterCommit(() => tx.world.announce(signal));
  } else if (changesRights(type, subject)) tx.afterCommit(() => tx.world.announce({ about: 'people' }));
  return id;
}

const RIGHTS = ['user', 'team', 'department', 'settings'];

/** Whose open pages may have to close. */
const changesRights = (type: string, { objectType }: EventSubject) =>
  RIGHTS.includes(objectType) && type !== 'session.started' && type !== 'session.refused';
