import { isStaff } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { deskChoices } from '../tickets/choices.ts';
import { teamsOfTags } from '../tickets/tagging.ts';
import { flags, isOperator, type Operator, operators } from './parsing.ts';

/** `text` is the whole search with the suggestion in its last place. */
export type Suggestion = { text: string; shown: string };

const MOST = 8;
/** What an employee's page shows of a ticket; the rest finds nothing for them. */
const FOR_ALL: readonly Operator[] = ['status', 'category', 'requester', 'created', 'updated', 'has', 'is'];
const DATES = ['today', 'yesterday', '7d', '30d'];

/** How the last word of a search may go on: an operator, or a value of the one it began. At most one statement. */
export async function suggestions(ctx: Context, text: string): Promise<Suggestion[]> {
  const at = lastStart(text);
  const before = text.slice(0, at);
  const typed = text.slice(at).replace(/^-/, '');
  const minus = text.slice(at).startsWith('-') ? '-' : '';
  const [, name, begun = ''] = typed.match(/^(\p{L}+):"?([^"]*)$/u) ?? [];
  const operator = name?.toLowerCase();
  const known = isStaff(ctx.actor) ? operators : FOR_ALL;
  if (operator === undefined) {
    if (typed.length < 1 || typed.startsWith('"')) return [];
    return known
      .filter(each => each.startsWith(typed.toLowerCase()))
      .map(each => ({ text: `${before}${minus}${each}:`, shown: `${minus}${each}:` }));
  }
  if (!isOperator(operator) || !known.includes(operator)) return [];
  const values = await valuesOf(ctx, operator, begun.toLowerCase());
  return values.slice(0, MOST).map(value => {
    const said = `${minus}${operator}:${/[\s"]/.test(value) ? `"${value.replaceAll('"', '')}"` : value}`;
    return { text: `${before}${said} `, shown: said };
  });
}

/** Where the last word begins; spaces inside open quotes belong to it. */
function lastStart(text: string): number {
  const parts = [...text.matchAll(/[^\s"]*"[^"]*"?|\S+/g)];
  const last = parts.at(-1);
  return last && last.index + last[0].length === text.length ? last.index : text.length;
}

async function valuesOf(ctx: Context, operator: Operator, begun: string): Promise<string[]> {
  const staff = isStaff(ctx.actor);
  const fitting = (values: readonly string[]) =>
    [...new Set(values)].filter(value =>
      value
        .toLowerCase()
        .split(/[\s-]+/)
        .some((_, i, words) => words.slice(i).join(' ').startsWith(begun.replaceAll('-', ' '))),
    );
  // Of a few values none of which begins so, all are offered: it was a slip.
  const fittingOrAll = (values: readonly string[]) => {
    const some = fitting(values);
    return some.length > 0 ? some : [...new Set(values)];
  };
  switch (operator) {
    case 'is':
      return fittingOrAll(staff ? flags : ['open', 'closed']);
    case 'has':
      return fittingOrAll(['attachment']);
    case 'priority':
      return fittingOrAll(['urgent', 'high', 'medium', 'low']);
    case 'created':
    case 'updated':
      return fitting(DATES);
    case 'requester':
      return staff && begun.length >= 2 ? people(ctx, begun) : fitting(['me']);
    case 'tag':
      return tags(ctx, begun);
    case 'status':
      if (!staff) return fittingOrAll(await employeeStatuses(ctx));
  }
  const choices = await deskChoices(ctx);
  if (operator === 'status') return fittingOrAll(choices.statuses.map(status => status.name));
  if (operator === 'category') return fitting(choices.categories.map(category => category.name));
  if (operator === 'team') return fitting(['none', ...choices.teams.map(team => team.name)]);
  return fitting(['me', 'none', ...choices.assignees.map(person => person.name)]);
}

const values = (rows: { value: string }[]) => rows.map(row => row.value);

async function employeeStatuses({ db }: Context): Promise<string[]> {
  const { rows } = await db.raw(
    'select employee_name as value from statuses order by position, key limit 50',
  );
  return values(rows);
}

/** Sent without a name: an unknown beginning would not use the index. */
async function tags(ctx: Context, begun: string): Promise<string[]> {
  const teams = teamsOfTags(ctx);
  const { rows } = teams
    ? await ctx.db.raw(
        `select name as value from team_tags where queue_team = any(?::bigint[]) and name >= ? and name < ? || chr(1114109)
         group by name having sum(n) > 0 order by name limit ${MOST}`,
        [teams, begun, begun],
      )
    : await ctx.db.raw(
        `select name as value from tags where name >= ? and name < ? || chr(1114109) order by name limit ${MOST}`,
        [begun, begun],
      );
  return values(rows);
}

async function people({ db }: Context, begun: string): Promise<string[]> {
  const first = begun.replace(/[%_\\]/g, '').split(/\s+/)[0] ?? '';
  const branch = (column: string) =>
    `(select first_name, last_name from users where plain_text(${column}) like plain_text(?) || '%' and status = 'active' limit 50)`;
  const { rows } = await db.raw(
    `select distinct trim(first_name || ' ' || last_name) as value from (${branch('first_name')} union ${branch('last_name')}) as named
     where starts_with(plain_text(first_name || ' ' || last_name), plain_text(?)) or starts_with(plain_text(last_name), plain_text(?))
     order by 1 limit ${MOST}`,
    [first, first, begun, begun],
  );
  return values(rows);
}
