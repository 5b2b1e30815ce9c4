import { query } from '../../db/knex.ts';
import { isStaff } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { positional } from '../tickets/finding.ts';

export type PersonHit = {
  id: number;
  firstName: string;
  lastName: string;
  email: string | null;
  departmentName: string | null;
};

const FROM = `users u left join departments d on d.id = u.department_id where u.status = 'active'`;
const COLUMNS = `u.id, u.first_name as "firstName", u.last_name as "lastName", u.email, d.name as "departmentName"`;

/** A range instead of `like`, so that the index fits a beginning that the plan does not know yet. */
const begins = (column: string, typed: string) =>
  `${column} ~>=~ (${typed}) and ${column} ~<~ (${typed} || chr(1114109))`;

/**
 * People whose name or address begins so, for staff. An employee finds nobody: whom they may know stands in their
 * tickets.
 */
export async function searchPeople(ctx: Context, text: string, limit: number): Promise<PersonHit[]> {
  const words = text
    .replace(/[%_\\"]/g, ' ')
    .trim()
    .split(/\s+/)
    .slice(0, 4);
  const first = words[0] ?? '';
  if (!isStaff(ctx.actor) || first.length < 2) return [];
  const rest = words.slice(1).join(' ');
  // Each index gives its first few; two words are a first name and how the last begins, or the other way round.
  const branch = (column: string, other: string) =>
    `(select ${COLUMNS} from ${FROM} and ${begins(column, 'plain_text(:first)')}${rest ? ` and starts_with(plain_text(${other}), plain_text(:rest))` : ''} limit ${limit})`;
  const branches = [
    branch('plain_text(u.first_name)', 'u.last_name'),
    branch('plain_text(u.last_name)', 'u.first_name'),
    ...(rest
      ? []
      : [`(select ${COLUMNS} from ${FROM} and ${begins('lower(u.email)', 'lower(:first)')} limit ${limit})`]),
  ];
  const asked = positional(
    `select * from (${branches.join(' union ')}) as found order by lower("firstName"), lower("lastName"), id limit ${limit}`,
    { first, rest },
  );
  const rows = await query<PersonHit>(ctx.db, asked.text, asked.bindings);
  return rows;
}
