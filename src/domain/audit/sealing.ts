import type { Knex } from 'knex';
import type { Context, Tx } from '../context.ts';
import { authorize } from '../policies.ts';

/** Events one seal covers at most. */
const BATCH = 5_000;

// Names of people (object_label) are left out: retention may take them from what is kept. jsonb orders its keys,
// so equal content is equal text.
const DIGEST = `
  select count(*)::int as events, min(id) as first, max(id) as last,
         encode(sha256(convert_to(? || string_agg(line, E'\\n' order by id), 'UTF8')), 'hex') as digest
  from (
    select id, jsonb_build_array(id, extract(epoch from occurred_at), type, actor_id, actor_kind, object_type, object_id,
             ticket_id, comment_id, internal, to_status, changes, data)::text as line
    from events where id > ? and id <= ? order by id LIMIT_CLAUSE) as kept`;

type Digest = { events: number; first: number | null; last: number | null; digest: string | null };

/**
 * Chains the events that are not sealed yet to those before them, so that a later change of any shows.
 * Returns how many it sealed. One at a time over all processes; skips its turn while somebody writes for long.
 */
export async function sealEvents(ctx: Context): Promise<number> {
  const upTo = await settledUpTo(ctx);
  if (upTo === undefined) return 0;
  let total = 0;
  for (;;) {
    const sealed = await ctx.transaction(tx => sealBatch(tx, upTo));
    total += sealed;
    if (sealed < BATCH) return total;
  }
}

/**
 * The id below which nothing can appear any more: ids are given before commits, so a lower one may still be on its
 * way. A moment of the table's share lock waits for writers under way and holds up new ones for at most 250 ms.
 */
async function settledUpTo(ctx: Context): Promise<number | undefined> {
  try {
    return await ctx.transaction(async tx => {
      await tx.db.raw(`set local lock_timeout = '250ms'`);
      await tx.db.raw('lock table events in share mode');
      const row = await tx.db('events').max<{ max: number | null }[]>('id').first();
      return row?.max ?? undefined;
    });
  } catch (error) {
    if ((error as { code?: string }).code === '55P03') return undefined;
    throw error;
  }
}

async function sealBatch(tx: Tx, upTo: number): Promise<number> {
  await tx.db.raw(`select pg_advisory_xact_lock(hashtextextended('seal-audit', 0))`);
  const before = await tx
    .db('audit_seals')
    .orderBy('id', 'desc')
    .first<{ last_event_id: number; digest: string } | undefined>('last_event_id', 'digest');
  const after = before?.last_event_id ?? 0;
  const previous = before?.digest ?? '';
  const sum = await digestOf(tx.db, previous, after, upTo, BATCH);
  if (!sum.last || !sum.first || !sum.digest) return 0;
  await tx.db('audit_seals').insert({
    first_event_id: sum.first,
    last_event_id: sum.last,
    events: sum.events,
    digest: sum.digest,
    previous_digest: previous,
  });
  return sum.events;
}

async function digestOf(
  db: Knex,
  previous: string,
  after: number,
  upTo: number,
  limit?: number,
): Promise<Digest> {
  const sql = DIGEST.replace('LIMIT_CLAUSE', limit ? `limit ${limit}` : '');
  const { rows } = await db.raw<{ rows: Digest[] }>(sql, [`${previous}\n`, after, upTo]);
  return rows[0] as Digest;
}

type SealRow = { id: number; last_event_id: number; events: number; digest: string; previous_digest: string };

export type ChainState = {
  seals: number;
  events: number;
  /** The first seal that does not fit what is in the table; null if all do. */
  brokenSealId: number | null;
};

/** Counts every seal's digest again. Reads the whole log: for a command or a click, not for a page view. */
export async function verifyChain(ctx: Context): Promise<ChainState> {
  authorize(ctx, 'audit.read');
  const state: ChainState = { seals: 0, events: 0, brokenSealId: null };
  let last: Pick<SealRow, 'id' | 'last_event_id' | 'digest'> = { id: 0, last_event_id: 0, digest: '' };
  for (;;) {
    const seals: SealRow[] = await ctx.db('audit_seals').where('id', '>', last.id).orderBy('id').limit(100);
    if (seals.length === 0) return state;
    for (const seal of seals) {
      const sum = await digestOf(ctx.db, last.digest, last.last_event_id, seal.last_event_id);
      const fits =
        sum.digest === seal.digest && sum.events === seal.events && seal.previous_digest === last.digest;
      if (!fits) return { ...state, brokenSealId: seal.id };
      state.seals += 1;
      state.events += seal.events;
      last = seal;
    }
  }
}
