import type { Context } from './context.ts';

/** Rows at a time, so that no sweep holds locks for long. */
const BITE = 1_000;

/** What is of no use any more, by table: its key and when a row may go. All by the database's clock. */
const SWEPT: Record<string, { key: string; gone: string }> = {
  submissions: { key: 'ctid', gone: `created_at < now() - interval '7 days'` },
  web_sessions: { key: 'sid', gone: 'expire < localtimestamp' },
  rate_limits: { key: 'key', gone: 'expire < extract(epoch from now()) * 1000' },
  user_tokens: {
    key: 'id',
    gone: `(used_at is not null or expires_at < now()) and created_at < now() - interval '7 days'`,
  },
  user_sessions: { key: 'id', gone: `coalesce(ended_at, seen_at) < now() - interval '30 days'` },
  ticket_presence: { key: 'ctid', gone: `seen_at < now() - interval '1 hour'` },
  drafts: { key: 'ctid', gone: `updated_at < now() - interval '90 days'` },
  // What was only looked at, and what can no longer be undone or is of interest to anybody; the audit keeps its line.
  bulk_runs: {
    key: 'id',
    gone: `(state = 'planned' and created_at < now() - interval '1 day') or finished_at < now() - interval '90 days'`,
  },
  // Their items go along; who had which mail is in `deliveries`.
  digests: { key: 'id', gone: `created_at < now() - interval '60 days'` },
  event_origins: { key: 'event_id', gone: `created_at < now() - interval '90 days'` },
  // Wake-ups that failed for good; the ticks of the schedule are rows of another type.
  'jobs.agenda_jobs': {
    key: 'id',
    gone: `type = 'normal' and next_run_at is null and locked_at is null and failed_at < now() - interval '14 days'`,
  },
};

export type Swept = Record<string, number>;

/** Removes what has served its time. `goOn` ends it early; the next turn does the rest. */
export async function sweep(ctx: Context, goOn: () => boolean = () => true): Promise<Swept> {
  const swept: Swept = { uploads: await sweepUploads(ctx, goOn) };
  for (const [table, { key, gone }] of Object.entries(SWEPT)) {
    swept[table] = 0;
    for (let removed = BITE; removed === BITE && goOn(); ) {
      const { rowCount } = await ctx.db.raw<{ rowCount: number }>(
        `delete from ${table} where ${key} in (select ${key} from ${table} where ${gone} limit ${BITE})`,
      );
      removed = rowCount;
      swept[table] += removed;
    }
  }
  return swept;
}

type Upload = { id: number; storage_key: string; thumbnail_key: string | null };

/** Uploads that no message took within a day. The row goes first: a file without row is harmless. */
async function sweepUploads(ctx: Context, goOn: () => boolean): Promise<number> {
  let total = 0;
  while (goOn()) {
    const { rows } = await ctx.db.raw<{ rows: Upload[] }>(
      `delete from attachments where id in (
         select id from attachments where comment_id is null and created_at < now() - interval '24 hours'
           and not exists (select 1 from held_replies h where attachments.id = any(h.upload_ids))
         order by created_at limit 100 for update skip locked)
       returning id, storage_key, thumbnail_key`,
    );
    for (const { id, storage_key, thumbnail_key } of rows) {
      for (const key of [storage_key, thumbnail_key]) {
        if (!key) continue;
        await ctx.world.storage
          .remove(key)
          .catch((error: Error) =>
            ctx.log.warn({ uploadId: id, err: error.message }, 'a file could not be removed'),
          );
      }
    }
    total += rows.length;
    if (rows.length < 100) break;
  }
  return total;
}
