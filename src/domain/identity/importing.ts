import { parse } from 'csv-parse/sync';
import type { Role } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { Invalid } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import { sendInvitation } from './inviting.ts';
import { roles } from './roles.ts';
import { lockUser } from './user.ts';

export const MOST_ROWS = 2_000;
export const MOST_CSV_BYTES = 1_000_000;

export type ImportRow = {
  /** The row's number in the file, the heading being the first. */
  line: number;
  email: string;
  firstName: string;
  lastName: string;
  companyId: string;
  department: string;
  role: string;
  /** What keeps this row out, in the reader's language. */
  problem: string | null;
};

type Checked = ImportRow & { departmentId: number | null };
export type ImportPreview = { rows: ImportRow[]; good: number };

/** What an import of this text would do, row by row; nothing is written. */
export async function previewUsers(ctx: Context, text: string): Promise<ImportPreview> {
  authorize(ctx, 'user.invite');
  const rows = await checkRows(ctx, readRows(ctx, text));
  return { rows, good: rows.filter(row => row.problem === null).length };
}

/** Makes an active account of each row that is right, all or none. The others are left out, as the preview said. */
export async function importUsers(
  ctx: Context,
  { text, invite }: { text: string; invite: boolean },
): Promise<{ imported: number; left: number }> {
  authorize(ctx, 'user.invite');
  return ctx.transaction(async tx => {
    const rows = await checkRows(tx, readRows(tx, text));
    let imported = 0;
    for (const row of rows) {
      if (row.problem === null && (await importRow(tx, row, invite))) imported += 1;
    }
    return { imported, left: rows.length - imported };
  });
}

async function importRow(tx: Tx, row: Checked, invite: boolean): Promise<boolean> {
  const [made] = await tx
    .db('users')
    .insert({
      email: row.email,
      first_name: row.firstName,
      last_name: row.lastName,
      company_id: row.companyId || null,
      department_id: row.departmentId,
      role: row.role || 'employee',
      status: 'active',
      source: 'import',
    })
    .onConflict()
    .ignore()
    .returning('id');
  if (!made) return false;
  const label = `${row.firstName} ${row.lastName}`.trim() || row.email;
  await recordEvent(
    tx,
    'user.imported',
    { objectType: 'user', objectId: made.id, label },
    { data: { role: row.role || 'employee' } },
  );
  if (invite) await sendInvitation(tx, await lockUser(tx, made.id));
  return true;
}

const HEADINGS: Record<string, keyof ImportRow> = {
  email: 'email',
  first_name: 'firstName',
  last_name: 'lastName',
  company_id: 'companyId',
  department: 'department',
  role: 'role',
};

/** The file is read as a spreadsheet would write it: any of three separators, with or without a byte order mark. */
function readRows(ctx: Context, text: string): ImportRow[] {
  const records = recordsOf(ctx, text);
  const [heading = [], ...body] = records;
  const columns = heading.map(
    name =>
      HEADINGS[
        name
          .trim()
          .toLowerCase()
          .replaceAll(/[\s-]+/g, '_')
      ],
  );
  if (!columns.includes('email')) {
    throw new Invalid({
      csv: ctx.t(
        'The first row must name the columns: email, first_name, last_name, company_id, department, role',
      ),
    });
  }
  if (body.length === 0) throw new Invalid({ csv: ctx.t('There is no row below the heading') });
  if (body.length > MOST_ROWS)
    throw new Invalid({ csv: ctx.t('Import at most {{count}} people at once', { count: MOST_ROWS }) });
  return body.map((record, index) => rowOf(columns, record, index + 2));
}

function rowOf(columns: (keyof ImportRow | undefined)[], record: string[], line: number): ImportRow {
  const cell = (column: keyof ImportRow) => {
    const at = columns.indexOf(column);
    return at < 0 ? '' : (record[at] ?? '').replace(/\p{Cc}+/gu, ' ').trim();
  };
  return {
    line,
    email: cell('email'),
    firstName: cell('firstName'),
    lastName: cell('lastName'),
    companyId: cell('companyId'),
    department: cell('department'),
    role: cell('role').toLowerCase(),
    problem: null,
  };
}

function recordsOf(ctx: Context, text: string): string[][] {
  if (!text.trim()) throw new Invalid({ csv: ctx.t('Choose a file, or paste the rows') });
  try {
    return parse(text, {
      bom: true,
      delimiter: separatorOf(text),
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: 10_000,
    });
  } catch {
    throw new Invalid({
      csv: ctx.t('This is not a CSV file that we can read. Save it as CSV in UTF-8 and try again'),
    });
  }
}

function separatorOf(text: string): string {
  const heading = text.split(/\r?\n/, 1)[0] ?? '';
  return [';', '\t'].find(separator => heading.includes(separator)) ?? ',';
}

async function checkRows(ctx: Context, rows: ImportRow[]): Promise<Checked[]> {
  // One after the other: inside a transaction there is one connection.
  const emails = await taken(
    ctx,
    'email',
    rows.map(row => row.email),
  );
  const companyIds = await taken(
    ctx,
    'company_id',
    rows.map(row => row.companyId),
  );
  const departments = await ctx
    .db('departments')
    .whereNull('archived_at')
    .select<{ id: number; name: string }[]>('id', 'name');
  const departmentOf = new Map(departments.map(({ id, name }) => [name.toLowerCase(), id]));
  return rows.map(row => {
    const departmentId = row.department ? (departmentOf.get(row.department.toLowerCase()) ?? null) : null;
    const problem = problemOf(ctx, row, { emails, companyIds, departmentId });
    // A second row with the same address or ID is as wrong as one that was there before.
    if (problem === null) emails.add(row.email.toLowerCase());
    if (problem === null && row.companyId) companyIds.add(row.companyId.toLowerCase());
    return { ...row, departmentId, problem };
  });
}

async function taken(ctx: Context, column: 'email' | 'company_id', values: string[]): Promise<Set<string>> {
  const wanted = values.filter(Boolean).map(value => value.toLowerCase());
  const { rows } = await ctx.db.raw<{ rows: { value: string }[] }>(
    `select lower(${column}) as value from users where lower(${column}) = any(?::text[])`,
    [wanted],
  );
  return new Set(rows.map(row => row.value));
}

const EMAIL = /^[^\s@<>()",;:\\]+@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/i;

function problemOf(
  { t }: Context,
  row: ImportRow,
  known: { emails: Set<string>; companyIds: Set<string>; departmentId: number | null },
): string | null {
  if (!EMAIL.test(row.email) || row.email.length > 254) return t('Not an email address');
  if (known.emails.has(row.email.toLowerCase())) return t('Somebody has this address already');
  if (row.firstName.length > 80 || row.lastName.length > 80) return t('A name is longer than 80 characters');
  if (row.companyId.length > 40) return t('The company ID is longer than 40 characters');
  if (row.companyId && known.companyIds.has(row.companyId.toLowerCase()))
    return t('Somebody has this company ID already');
  if (row.department && known.departmentId === null) return t('There is no department of this name');
  if (row.role && !roles.includes(row.role as Role))
    return t('The role must be employee, coordinator or admin');
  return null;
}
