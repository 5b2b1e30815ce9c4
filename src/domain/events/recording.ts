import { query } from '../../db/knex.ts';
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
    | 'template'
    | 'mailbox'
    | 'mail'
    | 'delivery'
    | 'mail-template';
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
  const [event] = await query<{ id: number }>(tx.db, RECORD, [
    ...[subject.objectType, subject.objectId ?? null, subject.label ?? ''],
    ...[subject.ticketId ?? null, subject.commentId ?? null],
    ...eventValues(tx, type, details),
  ]);
  const { id } = event!;
  announceEvent(tx, type, { ...subject, id }, details);
  return id;
}

/**
 * The event as parts of another statement's `with`, which has made what the event is about: `subject` says its type,
 * id, label, ticket and comment. `eventValues` fill the places; `announceEvent` tells of it once it is committed.
 */
export const eventInserts = (subject: string) => `
  subject as (${subject}), event as (
    insert into events (object_type, object_id, object_label, ticket_id, comment_id, occurred_at, type, actor_id,
                        actor_kind, internal, to_status, changes, data, request_id)
    select subject.*, ?::timestamptz, ?::text, ?::bigint, ?::text, ?::boolean, ?::text, ?::jsonb, ?::jsonb, ?::text
    from subject returning id
  ), origin as (
    insert into event_origins (event_id, address, user_agent)
    select id, ?::text, ?::text from event where ?::boolean
  ), queued as (
    insert into event_queue (event_id) select id from event where ?::boolean
  )`;

const RECORD = `
  with ${eventInserts('select ?::text, ?::bigint, ?::text, ?::bigint, ?::bigint')} select id from event`;

export const eventValues = (tx: Tx, type: string, details: EventDetails): unknown[] => [
  ...[tx.now(), type, personId(tx.actor), tx.actor.kind],
  ...[details.internal ?? false, details.toStatus ?? null],
  ...[JSON.stringify(details.changes ?? {}), JSON.stringify(details.data ?? {}), tx.requestId],
  ...[tx.origin?.address ?? null, tx.origin?.userAgent?.slice(0, 300) ?? null],
  ...[Boolean(tx.origin), !details.silent],
];

/** Wakes what follows from an event, and tells the open pages. */
export function announceEvent(
  tx: Tx,
  type: string,
  subject: EventSubject & { id: number },
  details: EventDetails = {},
): void {
  if (!details.silent) tx.afterCommit(() => tx.world.wake('dispatch-events'));
  if (subject.ticketId) {
    const signal = { about: 'ticket' as const, ticket: subject.ticketId, event: subject.id };
    tx.afterCommit(() => tx.world.announce(signal));
  } else if (changesRights(type, subject)) tx.afterCommit(() => tx.world.announce({ about: 'people' }));
}

const RIGHTS = ['user', 'team', 'department', 'settings'];

/** Whose open pages may have to close. */
const changesRights = (type: string, { objectType }: EventSubject) =>
  RIGHTS.includes(objectType) && type !== 'session.started' && type !== 'session.refused';
