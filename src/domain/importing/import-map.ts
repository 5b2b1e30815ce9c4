import { z } from 'zod';
import { Invalid } from '../errors.ts';

export const importFields = [
  'ref',
  'subject',
  'body',
  'requester',
  'requesterEmail',
  'team',
  'category',
  'status',
  'priority',
  'assigneeEmail',
  'createdAt',
] as const;
export type ImportField = (typeof importFields)[number];

/** One column, or several of which the first that is not empty counts. */
const column = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);
const fieldName = z.enum(importFields);

const schema = z.strictObject({
  /** Names the system the rows come from; with a row's reference it is what makes a second run skip the row. */
  source: z.string().regex(/^[a-z0-9-]{1,40}$/, 'letters a to z, digits and hyphens, at most 40'),
  columns: z
    .partialRecord(fieldName, column)
    .refine(columns => columns.ref, 'columns.ref is needed: without it nothing could be resumed')
    .refine(
      columns => columns.subject || columns.body,
      'columns.subject or columns.body is needed: a ticket has a text',
    ),
  /** What the file calls a thing, and what we call it, by field. A value that is not named stays as it is. */
  values: z.partialRecord(fieldName, z.record(z.string(), z.string())).default({}),
  /** For fields without a column, and for rows where the column is empty. */
  constants: z.partialRecord(fieldName, z.string()).default({}),
  /** Makes teams that are missing; otherwise a row with an unknown team is refused. */
  createTeams: z.boolean().default(false),
  delimiter: z.string().length(1).default(','),
  encoding: z.enum(['utf8', 'utf16le', 'latin1']).default('utf8'),
});

export type ImportMap = z.infer<typeof schema>;

/** Reads a map file's text. `Invalid` says each fault, keyed by its place in the file. */
export function parseImportMap(text: string): ImportMap {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Invalid({ '': `The map is not JSON: ${(error as Error).message}` });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Invalid(
    Object.fromEntries(
      parsed.error.issues.map(issue => [issue.path.join('.'), `${issue.path.join('.')}: ${issue.message}`]),
    ),
  );
}

const columnsOf = (map: ImportMap, field: ImportField): readonly string[] =>
  [map.columns[field] ?? []].flat();

/** Columns that the map speaks of and the file has not. */
export function missingColumns(map: ImportMap, header: readonly string[]): string[] {
  const known = new Set(header);
  return importFields.flatMap(field => columnsOf(map, field)).filter(name => !known.has(name));
}

/** What the row says for a field, in our words; empty if nothing. */
export function fieldOf(
  map: ImportMap,
  field: ImportField,
  record: Readonly<Record<string, string>>,
): string {
  const raw = columnsOf(map, field)
    .map(name => (record[name] ?? '').trim())
    .find(Boolean);
  if (!raw) return map.constants[field] ?? '';
  return map.values[field]?.[raw] ?? raw;
}
