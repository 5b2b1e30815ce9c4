import { isStaff } from '../access/actor.ts';
import type { Context } from '../context.ts';

export type PersonHit = {
  id: number;
  firstName: string;
  lastName: string;
  email: string | null;
  departmentName: string | null;
};

const FROM = `users u left join departments d on d.id = u.department_id where u.status = 'active'`;
const COLUMNS = `u.id, u.first_name as "firstName", u.last_name as "lastName", u.email, d.name as "departmentName"`;

/**
 * People whose name or address begins so, for staff. An employee finds nobody: whom they may know stands in their
 * tickets. Sent without a name: an unknown beginning would not use the index.
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
    `(select ${COLUMNS} from ${FROM} and ${column} like plain_text(?) || '%'${rest ? ` and plain_text(${other}) like plain_text(?) || '%'` : ''} limit ${limit})`;
  const branches = [
    branch('plain_text(u.first_name)', 'u.last_name'),
    branch('plain_text(u.last_name)', 'u.first_name'),
    ...(rest
      ? []
      : [`(select ${COLUMNS} from ${FROM} and lower(u.email) like lower(?) || '%' limit ${limit})`]),
  ];
  const values = rest ? [first, rest, first, rest] : [first, first, first];
  const { rows } = await ctx.db.raw<{ rows: PersonHit[] }>(
    `select * from (${branches.join(' union ')}) as found order by lower("firstName"), lower("lastName"), id limit ${limit}`,
    values,
  );
  return rows;
}
