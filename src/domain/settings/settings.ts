import type { Knex } from 'knex';
import { z } from 'zod';

/** What admins shape. Each has a default, so an empty table is a working service. */
export const settingsSchema = z.object({
  companyName: z.string().trim().min(1).max(80).default('SmartSupport'),
  companyHue: z.coerce.number().int().min(0).max(359).default(205),
  logoKey: z.string().nullable().default(null),
  helpLine: z.string().trim().max(200).default(''),
  timeZone: z.string().default('UTC'),
  locale: z.string().default('en'),
  pageSize: z.coerce.number().int().min(10).max(100).default(20),
  signUp: z.boolean().default(true),
  /** Addresses of these domains become active without an admin, once they are verified. */
  trustedDomains: z.array(z.string().trim().toLowerCase()).max(50).default([]),
  coordinatorsWorkAllTeams: z.boolean().default(false),
  /** When people are there who have no hours of their own: days from Monday (1), and the clock of the company. */
  workHours: z
    .object({
      days: z.array(z.number().int().min(1).max(7)).max(7).default([1, 2, 3, 4, 5]),
      from: z
        .string()
        .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
        .default('08:00'),
      to: z
        .string()
        .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
        .default('18:00'),
    })
    .prefault({}),
  autoCloseDays: z.coerce.number().int().min(1).max(90).default(3),
  maxFileMegabytes: z.coerce.number().int().min(1).max(100).default(10),
  maxFiles: z.coerce.number().int().min(1).max(20).default(5),
  allowZip: z.boolean().default(false),
  /** Minutes until the next reply to a requester is due, by priority. */
  replyMinutes: z
    .object({
      urgent: z.coerce.number().int().min(5).max(43_200).default(30),
      high: z.coerce.number().int().min(5).max(43_200).default(240),
      medium: z.coerce.number().int().min(5).max(43_200).default(1_440),
      low: z.coerce.number().int().min(5).max(43_200).default(4_320),
    })
    .prefault({}),
});

export type Settings = z.infer<typeof settingsSchema>;

export const defaultSettings: Settings = settingsSchema.parse({});

/** A stored value that no longer fits falls back to its default rather than taking the service down. */
export function settingsFrom(rows: Record<string, unknown>): Settings {
  const whole = settingsSchema.safeParse(rows);
  if (whole.success) return whole.data;
  const broken = new Set(whole.error.issues.map(issue => String(issue.path[0])));
  return settingsSchema.parse(Object.fromEntries(Object.entries(rows).filter(([key]) => !broken.has(key))));
}

export async function loadSettings(db: Knex): Promise<Settings> {
  const rows = await db('settings').select('key', 'value');
  return settingsFrom(Object.fromEntries(rows.map(row => [row.key, row.value])));
}
