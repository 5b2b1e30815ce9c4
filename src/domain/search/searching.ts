import type { Context } from '../context.ts';
import { authorize } from '../policies.ts';
import { visibleTickets } from '../tickets/finding.ts';
import type { StatusKind, WaitingOn } from '../tickets/status.ts';
import type { PersonName } from '../tickets/ticket.ts';
import { matchingIds } from './matching.ts';

export type SearchRow = {
  number: number;
  subject: string;
  excerpt: string;
  status: string;
  statusName: string;
  statusKind: StatusKind;
  waitingOn: WaitingOn | null;
  updatedAt: Date;
  requester: PersonName;
};

export type SearchResult = { exact?: number; rows: SearchRow[]; more: boolean };

const SHOWN = 30;

/** Tickets by words, newest first, or the ticket itself for "#1042": only what the person may see. */
export async function searchTickets(ctx: Context, text: string): Promise<SearchResult> {
  authorize(ctx, 'ticket.list');
  const scope = visibleTickets(ctx);
  const number = text.match(/^#?(\d{1,12})$/)?.[1];
  if (number) {
    const [hit] = await scope.read<{ number: number }>(
      ctx.db,
      `select t.number from tickets t where t.number = :number and ${scope.visible}`,
      { number: Number(number) },
    );
    if (hit) return { exact: hit.number, rows: [], more: false };
  }
  const ids = await matchingIds(ctx, text, SHOWN + 1);
  const rows = await scope.read<SearchRow>(
    ctx.db,
    `select t.number, t.subject, t.excerpt, t.status, s.name as "statusName", t.status_kind as "statusKind", t.waiting_on as "waitingOn",
            t.updated_at as "updatedAt", jsonb_build_object('id', r.id, 'firstName', r.first_name, 'lastName', r.last_name) as requester
     from tickets t join statuses s on s.key = t.status join users r on r.id = t.requester_id
     where t.id = any(:ids::bigint[]) and ${scope.visible} order by t.id desc`,
    { ids: ids.slice(0, SHOWN) },
  );
  return { rows, more: ids.length > SHOWN };
}
