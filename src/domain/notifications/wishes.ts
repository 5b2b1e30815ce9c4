import type { Role } from '../access/actor.ts';
import type { Tx } from '../context.ts';
import { quietUntil } from './quiet-hours.ts';
import { type Choice, type Choices, heard, type Topic, usualChoices } from './topics.ts';

/** What one person wants to be told, and when not to be disturbed. */
export type Wishes = {
  choices: Choices;
  /** Seconds that a mail or push message of that topic has to wait, if it would go out so many seconds from now. */
  wait(topic: Topic, seconds: number): number;
  hasPush: boolean;
};

type Row = {
  id: number;
  role: Role;
  timeZone: string | null;
  chosen: Partial<Record<Topic, Choice>> | null;
  quietFrom: string | null;
  quietTo: string | null;
  quietDays: number[] | null;
  urgentThrough: boolean | null;
  hasPush: boolean;
};

const WISHES = `
  select u.id, u.role, u.time_zone as "timeZone", q.quiet_from as "quietFrom", q.quiet_to as "quietTo",
         q.quiet_days as "quietDays", q.urgent_through as "urgentThrough",
         (select jsonb_object_agg(p.topic, jsonb_build_object('page', p.page, 'mail', p.mail, 'push', p.push))
          from notification_preferences p where p.user_id = u.id) as chosen,
         exists (select 1 from push_subscriptions s where s.user_id = u.id) as "hasPush"
  from users u left join notification_times q on q.user_id = u.id
  where u.id = any(?::bigint[])`;

/** Of all recipients of a batch at once. */
export async function wishesOf(tx: Tx, ids: readonly number[]): Promise<Map<number, Wishes>> {
  if (ids.length === 0) return new Map();
  const { rows } = await tx.db.raw<{ rows: Row[] }>(WISHES, [[...new Set(ids)]]);
  return new Map(rows.map(row => [row.id, toWishes(tx, row)]));
}

const URGENT: readonly Topic[] = ['mention', 'assigned'];

function toWishes(tx: Tx, row: Row): Wishes {
  const zone = row.timeZone ?? tx.settings.timeZone;
  const quiet =
    row.quietFrom && row.quietTo && row.quietDays
      ? { from: row.quietFrom, to: row.quietTo, days: row.quietDays }
      : null;
  return {
    choices: heard(row.role, { ...usualChoices(row.role), ...row.chosen }),
    hasPush: row.hasPush,
    wait(topic, seconds) {
      if (!quiet || (row.urgentThrough && URGENT.includes(topic))) return seconds;
      const now = tx.now().getTime();
      const end = quietUntil(quiet, zone, new Date(now + seconds * 1_000));
      return end ? Math.max(seconds, Math.ceil((end.getTime() - now) / 1_000)) : seconds;
    },
  };
}
