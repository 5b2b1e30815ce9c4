import { localTime } from '../assignment/presence.ts';
import type { Context } from '../context.ts';
import { queueMail } from '../events/mailing.ts';
import { recordEvent } from '../events/recording.ts';
import { instantAt } from './quiet-hours.ts';

type Waiting = { userId: number; timeZone: string | null; hour: number; first: Date };

/** People for whom something waits, a page at a time. */
const WAITING = `
  select i.user_id as "userId", u.time_zone as "timeZone", coalesce(q.digest_hour, 8)::int as hour, min(i.occurred_at) as first
  from digest_items i join users u on u.id = i.user_id and u.status = 'active'
  left join notification_times q on q.user_id = u.id
  where i.digest_id is null and i.user_id > ?
  group by i.user_id, u.time_zone, q.digest_hour order by i.user_id limit 200`;

/**
 * Queues the digest of everybody whose hour has struck where they are, with what happened before it: what happens later
 * in the day waits for tomorrow, even if the program was asleep at the hour. Any number may run at once. Returns how many.
 */
export async function makeDigests(ctx: Context, goOn: () => boolean = () => true): Promise<number> {
  let made = 0;
  let failure: unknown;
  for (let after = 0; goOn(); ) {
    const { rows } = await ctx.db.raw<{ rows: Waiting[] }>(WAITING, [after]);
    for (const row of rows) {
      const due = dueNow(ctx, row);
      if (!due || !goOn()) continue;
      try {
        if (await makeDigest(ctx, row.userId, due)) made += 1;
      } catch (error) {
        // It is tried again; the people behind this one do not wait for it.
        ctx.log.error({ userId: row.userId, err: (error as Error).message }, 'a digest failed');
        failure ??= error;
      }
    }
    const last = rows.at(-1);
    if (!last) break;
    after = last.userId;
  }
  if (failure) throw failure;
  return made;
}

/** The day there, and the instant of their hour on it; nothing before that hour, or if all of it happened since. */
function dueNow(ctx: Context, { timeZone, hour, first }: Waiting): { day: string; until: Date } | undefined {
  const zone = timeZone ?? ctx.settings.timeZone;
  const { date } = localTime(ctx.now(), zone);
  const until = instantAt(date, `${String(hour).padStart(2, '0')}:00`, zone);
  return until <= ctx.now() && first < until ? { day: date, until } : undefined;
}

/**
 * The row of the day is the claim: whoever comes second finds it. It commits together with the mail, so a process that
 * is killed leaves both or neither.
 */
async function makeDigest(ctx: Context, userId: number, { day, until }: { day: string; until: Date }) {
  return ctx.transaction(async tx => {
    // Whoever runs at the same moment waits here and then finds the day taken.
    await tx.db.raw('select 1 from users where id = ? for no key update', [userId]);
    if (await tx.db('digests').where({ user_id: userId, day }).first('id')) return false;
    const subject = { objectType: 'job' as const, label: day };
    const eventId = await recordEvent(tx, 'digest.made', subject, { silent: true, data: { userId } });
    const [digest] = await tx
      .db('digests')
      .insert({ user_id: userId, day, event_id: eventId })
      .returning<{ id: number }[]>('id');
    await tx
      .db('digest_items')
      .where({ user_id: userId, digest_id: null })
      .where('occurred_at', '<', until)
      .update({ digest_id: digest?.id });
    await queueMail(tx, { eventId, recipientId: userId, template: 'digest' });
    return true;
  });
}
