import type { Context, Tx } from '../context.ts';
import type { Changes } from './recording.ts';

export type DomainEvent = {
  id: number;
  type: string;
  occurredAt: Date;
  actorId: number | null;
  actorKind: 'person' | 'system' | 'anonymous';
  objectType: string;
  objectId: number | null;
  ticketId: number | null;
  commentId: number | null;
  internal: boolean;
  toStatus: string | null;
  changes: Changes;
  data: Record<string, unknown>;
};

/** What follows from events. It gets all of a batch that it listens to, oldest first, inside the dispatcher's transaction. */
export type Listener = (tx: Tx, events: readonly DomainEvent[]) => Promise<void>;
export type Subscribers = Readonly<Record<string, readonly Listener[]>>;

/** About an hour and a half of tries; then the event waits on /admin/jobs for a person. */
export const MAX_ATTEMPTS = 12;

const TAKE = `
  with taken as (
    select event_id from event_queue where failed_at is null and next_attempt_at <= now()
    order by next_attempt_at, event_id limit ? for update skip locked)
  select e.id, e.type, e.occurred_at as "occurredAt", e.actor_id as "actorId", e.actor_kind as "actorKind",
         e.object_type as "objectType", e.object_id as "objectId", e.ticket_id as "ticketId", e.comment_id as "commentId",
         e.internal, e.to_status as "toStatus", e.changes, e.data
  from taken join events e on e.id = taken.event_id order by e.id`;

/**
 * Takes events from the outbox and lets their listeners follow, all in one transaction: an event leaves the
 * outbox exactly when its effects are in. Locked rows are left to whoever works on them, so any number may run.
 * A batch that fails is tried again event by event, and only the one at fault waits for its next attempt.
 */
export async function dispatchEvents(
  ctx: Context,
  subscribers: Subscribers,
  batch = 25,
): Promise<{ taken: number; failed: number }> {
  return ctx.transaction(async tx => {
    const { rows: events } = await tx.db.raw<{ rows: DomainEvent[] }>(TAKE, [batch]);
    if (events.length === 0) return { taken: 0, failed: 0 };
    const failures = await followAll(tx, subscribers, events);
    const done = events.filter(event => !failures.has(event)).map(event => event.id);
    await tx.db.raw('delete from event_queue where event_id = any(?::bigint[])', [done]);
    for (const [event, error] of failures) await noteFailure(tx, event, error);
    return { taken: events.length, failed: failures.size };
  });
}

async function followAll(tx: Tx, subscribers: Subscribers, events: readonly DomainEvent[]) {
  const failures = new Map<DomainEvent, Error>();
  const error = await follow(tx, subscribers, events);
  if (!error) return failures;
  const [first] = events;
  if (events.length === 1 && first) return failures.set(first, error);
  for (const event of events) {
    const alone = await follow(tx, subscribers, [event]);
    if (alone) failures.set(event, alone);
  }
  return failures;
}

/** In a savepoint: what one listener breaks is undone and the transaction goes on. */
async function follow(
  tx: Tx,
  subscribers: Subscribers,
  events: readonly DomainEvent[],
): Promise<Error | undefined> {
  try {
    await tx.db.transaction(async db => {
      const inner: Tx = { ...tx, db, transaction: work => work(inner) };
      for (const [listener, own] of byListener(subscribers, events)) await listener(inner, own);
    });
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

function byListener(subscribers: Subscribers, events: readonly DomainEvent[]): Map<Listener, DomainEvent[]> {
  const found = new Map<Listener, DomainEvent[]>();
  for (const event of events) {
    for (const listener of subscribers[event.type] ?? []) {
      found.set(listener, [...(found.get(listener) ?? []), event]);
    }
  }
  return found;
}

async function noteFailure(tx: Tx, event: DomainEvent, error: Error) {
  tx.log.error(
    { eventId: event.id, type: event.type, err: error.message },
    'an event could not be dispatched',
  );
  await tx.db.raw(
    `update event_queue set attempts = attempts + 1, last_error = ?,
            next_attempt_at = now() + least(power(2, attempts + 1), 3600) * interval '1 second',
            failed_at = case when attempts + 1 >= ? then now() end
     where event_id = ?`,
    [error.message.slice(0, 500), MAX_ATTEMPTS, event.id],
  );
}
