import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Database } from '../../src/db/knex.ts';

export type Fault = { invariant: string; rows: unknown[] };

export type Evidence = {
  /** Words that stand in the subject of tickets whose creation was acknowledged (I1, I2). */
  acknowledged?: readonly string[];
  /** The root of the file store, to compare it with the rows (I5). */
  filesDir?: string;
};

/** What does not hold, if anything. Outside of tests too (npm run drill), so it needs no test runner. */
export async function brokenInvariants(
  db: Database,
  { acknowledged, filesDir }: Evidence = {},
): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (const { invariant, sql } of invariants()) {
    const { rows } = await db.raw<{ rows: unknown[] }>(sql);
    faults.push({ invariant, rows: rows.slice(0, 5) });
  }
  if (acknowledged) faults.push(...(await ledgerFaults(db, acknowledged)));
  if (filesDir) faults.push({ invariant: 'I5 rows and files agree', rows: await fileFaults(db, filesDir) });
  return faults.filter(({ rows }) => rows.length > 0);
}

/** A comment line names the query below it. */
function invariants(): { invariant: string; sql: string }[] {
  const text = readFileSync(new URL('./invariants.sql', import.meta.url), 'utf8');
  return text
    .split(/\n\n+/)
    .slice(1)
    .map(block => {
      const [title = '', ...sql] = block.trim().split('\n');
      return { invariant: title.replace(/^-- /, ''), sql: sql.join('\n').replace(/;$/, '') };
    });
}

async function ledgerFaults(db: Database, tokens: readonly string[]): Promise<Fault[]> {
  const { rows } = await db.raw<{ rows: { token: string; n: number }[] }>(
    `select l.token, count(t.id) as n from unnest(?::text[]) as l (token)
     left join tickets t on t.subject like '%' || l.token || '%' group by 1 having count(t.id) <> 1`,
    [[...tokens]],
  );
  return [
    { invariant: 'I1 what was acknowledged is there', rows: rows.filter(({ n }) => n === 0) },
    { invariant: 'I2 and it is there once', rows: rows.filter(({ n }) => n > 1) },
  ];
}

type FileRow = { key: string; size: number | null; sha256: string | null };

/** Rows without their file, files with other content, and files older than a day that no row knows. */
async function fileFaults(db: Database, filesDir: string): Promise<string[]> {
  const { rows } = await db.raw<{ rows: FileRow[] }>(
    `select storage_key as key, size, sha256 from attachments where redacted_at is null
     union all select thumbnail_key, null, null from attachments where thumbnail_key is not null and redacted_at is null`,
  );
  const known = new Set(rows.map(row => row.key));
  const stray = allFiles(filesDir).filter(
    ({ key, age }) => !known.has(key) && age > 86_400_000 && !key.endsWith('.part'),
  );
  return [
    ...rows.flatMap(row => contentFault(filesDir, row) ?? []),
    ...stray.map(({ key }) => `${key} has no row`),
  ];
}

function contentFault(filesDir: string, { key, size, sha256 }: FileRow): string | undefined {
  const file = path.join(filesDir, key);
  if (!statSync(file, { throwIfNoEntry: false })) return `${key} is missing`;
  if (size === null) return undefined;
  const bytes = readFileSync(file);
  const same = bytes.length === size && createHash('sha256').update(bytes).digest('hex') === sha256;
  return same ? undefined : `${key} has other content`;
}

function allFiles(filesDir: string): { key: string; age: number }[] {
  if (!statSync(filesDir, { throwIfNoEntry: false })) return [];
  return readdirSync(filesDir, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => {
      const file = path.join(entry.parentPath, entry.name);
      const key = path.relative(filesDir, file).split(path.sep).join('/');
      return { key, age: Date.now() - statSync(file).mtimeMs };
    });
}
