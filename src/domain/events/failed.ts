import type { Context } from '../context.ts';
import { NotFound } from '../errors.ts';
import { authorize } from '../policies.ts';
import { recordEvent } from './recording.ts';

export type FailedKind = 'event' | 'mail' | 'job';

/** Work that the program gave up on, or that failed at its last run. */
export type FailedWork = {
  kind: FailedKind;
  id: string;
  /** What it was: the type of an event, the template of a mail, the name of a job. */
  name: string;
  /** What or whom it was about. */
  about: string;
  attempts: number;
  error: string;
  failedAt: Date;
  /** Where the next page begins. */
  cursor: string;
};

// Ids are compared as text within one microsecond only, so their order there need not mean anything.
const FAILED = `
  select 'event' as kind, q.event_id::text as id, e.type as name, e.object_label as about, q.attempts,
         coalesce(q.last_error, '') as error, q.failed_at as "failedAt"
  from event_queue q join events e on e.id = q.event_id where q.failed_at is not null
  union all
  select 'mail', d.id::text, d.template, coalesce(u.email, ''), d.attempts, coalesce(d.last_error, ''), d.updated_at
  from deliveries d join users u on u.id = d.recipient_id where d.state = 'failed'
  union all
  select 'job', j.id::text, j.name, '', j.fail_count, coalesce(j.fail_reason, ''), j.failed_at
  from jobs.agenda_jobs j where j.fail_count > 0 and j.failed_at is not null`;

/** Newest first, a page at a time: hand the last row's `cursor` in for the next. */
export async function failedWork(
  ctx: Context,
  { after, limit = 20 }: { after?: string | undefined; limit?: number } = {},
): Promise<{ rows: FailedWork[]; more: boolean }> {
  authorize(ctx, 'jobs.manage');
  const [micros = '', kind = '', id = ''] = after?.split('.') ?? [];
  const start = /^\d{1,18}$/.test(micros) ? [Number(micros), kind, id] : [Number.MAX_SAFE_INTEGER, '', ''];
  const { rows } = await ctx.db.raw<{ rows: FailedWork[] }>(
    `with failed as (select *, (extract(epoch from "failedAt") * 1000000)::bigint as micros from (${FAILED}) as f)
     select kind, id, name, about, attempts, error, "failedAt", micros || '.' || kind || '.' || id as cursor
     from failed where (micros, kind, id) < (?::bigint, ?, ?) order by micros desc, kind desc, id desc limit ?`,
    [...start, limit + 1],
  );
  return { rows: rows.slice(0, limit), more: rows.length > limit };
}

/** How much there is of each kind, at most a thousand. */
export async function countFailed(ctx: Context): Promise<number> {
  authorize(ctx, 'jobs.manage');
  const { rows } = await ctx.db.raw<{ rows: { n: number }[] }>(
    `select count(*) as n from (${FAILED} limit 1000) as f`,
  );
  return rows[0]?.n ?? 0;
}

const AGAIN: Record<FailedKind, { sql: string; wake: string | null }> = {
  event: {
    sql: `update event_queue set failed_at = null, attempts = 0, next_attempt_at = now()
          where event_id = ? and failed_at is not null returning event_id::text as name`,
    wake: 'dispatch-events',
  },
  mail: {
    sql: `update deliveries set state = 'pending', attempts = 0, next_attempt_at = now(), updated_at = now(),
            bounced_at = null, bounce = null
          where id = ? and state = 'failed' returning template as name`,
    wake: 'deliver-mail',
  },
  job: {
    sql: `update jobs.agenda_jobs set next_run_at = now(), fail_count = 0, failed_at = null, fail_reason = null, locked_at = null
          where id = ?::uuid and fail_count > 0 returning name`,
    wake: null,
  },
};

const ID: Record<FailedKind, RegExp> = { event: /^\d{1,15}$/, mail: /^\d{1,15}$/, job: /^[0-9a-f-]{36}$/ };

/** Lets one piece of failed work run again from its first attempt. */
export async function retryFailed(ctx: Context, kind: FailedKind, id: string): Promise<void> {
  authorize(ctx, 'jobs.manage');
  if (!ID[kind]?.test(id)) throw new NotFound('No such failed work');
  const { sql, wake } = AGAIN[kind];
  await ctx.transaction(async tx => {
    const { rows } = await tx.db.raw<{ rows: { name: string }[] }>(sql, [id]);
    const [found] = rows;
    if (!found) throw new NotFound('No such failed work');
    const objectId = kind === 'job' ? null : Number(id);
    await recordEvent(
      tx,
      'job.retried',
      { objectType: 'job', objectId, label: found.name },
      { data: { kind, id }, silent: true },
    );
    if (wake) tx.afterCommit(() => tx.world.wake(wake));
  });
}
