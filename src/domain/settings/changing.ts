import type { z } from 'zod';
import type { Context, Tx } from '../context.ts';
import { Conflict } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import { changed } from '../versioning.ts';
import { defaultSettings, loadSettings, type Settings, settingsSchema } from './settings.ts';
import { settingLabel } from './words.ts';

/** One form each. A setting belongs to one group, so two admins only meet in the same form. */
export const settingGroups = {
  company: ['companyName', 'companyHue', 'helpLine'],
  logo: ['logoKey'],
  language: ['locale', 'timeZone'],
  access: ['signUp', 'trustedDomains'],
  tickets: ['pageSize', 'autoCloseDays', 'coordinatorsWorkAllTeams', 'replyMinutes'],
  hours: ['workHours'],
  files: ['maxFileMegabytes', 'maxFiles', 'allowZip'],
} as const satisfies Record<string, readonly (keyof Settings)[]>;

export type SettingGroup = keyof typeof settingGroups;
export type GroupVersions = Record<SettingGroup, number>;

/** A group's version is the sum of its rows' versions: it grows with every change, and a missing row is 0. */
export async function groupVersions(ctx: Context): Promise<GroupVersions> {
  authorize(ctx, 'settings.manage');
  const rows: { key: string; version: number }[] = await ctx.db('settings').select('key', 'version');
  const versionOf = (key: string) => rows.find(row => row.key === key)?.version ?? 0;
  const sums = Object.entries(settingGroups).map(([group, keys]) => [
    group,
    keys.reduce((sum, key) => sum + versionOf(key), 0),
  ]);
  return Object.fromEntries(sums) as GroupVersions;
}

/**
 * Writes one group's settings. `version` is the one the form was drawn with: if somebody saved the same group
 * meanwhile and it says something else, nothing is written and both come back.
 */
export async function changeSettings<Group extends SettingGroup>(
  ctx: Context,
  group: Group,
  wanted: Partial<Pick<Settings, (typeof settingGroups)[Group][number]>>,
  version: number,
): Promise<{ changed: number }> {
  authorize(ctx, 'settings.manage');
  return ctx.transaction(async tx => {
    await tx.db.raw(`select pg_advisory_xact_lock(hashtext('settings'))`);
    const current = await loadSettings(tx.db);
    const next = checked(wanted);
    const changes = changed(current as unknown as Record<string, unknown>, next);
    if (Object.keys(changes).length === 0) return { changed: 0 };
    const stored = (await groupVersions(tx))[group];
    if (stored !== version) {
      throw new Conflict(
        Object.entries(changes).map(([key, [theirs, yours]]) => ({
          field: settingLabel(key, tx.t),
          was: undefined,
          theirs: readable(theirs),
          yours: readable(yours),
        })),
      );
    }
    await write(tx, Object.keys(changes), next);
    await recordEvent(
      tx,
      'settings.changed',
      { objectType: 'settings', label: group },
      { changes: visible(changes) },
    );
    return { changed: Object.keys(changes).length };
  });
}

/** The same limits as reading: what could not be read back is never written. */
function checked(wanted: Partial<Settings>): Partial<Settings> {
  const whole: z.infer<typeof settingsSchema> = settingsSchema.parse({ ...defaultSettings, ...wanted });
  return Object.fromEntries(Object.keys(wanted).map(key => [key, whole[key as keyof Settings]]));
}

async function write(tx: Tx, keys: string[], next: Partial<Settings>) {
  const rows = keys.map(key => ({
    key,
    value: JSON.stringify(next[key as keyof Settings]),
    updated_at: tx.now(),
  }));
  await tx
    .db('settings')
    .insert(rows)
    .onConflict('key')
    .merge({
      value: tx.db.raw('excluded.value'),
      updated_at: tx.now(),
      version: tx.db.raw('settings.version + 1'),
    });
}

/** Where a file lies is nobody's business; that there is another one is. */
const visible = ({ logoKey, ...changes }: Record<string, [unknown, unknown]>) =>
  logoKey ? { ...changes, logo: logoKey.map(key => key !== null) as [boolean, boolean] } : changes;

const readable = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? Object.values(value).join(', ') || '–'
    : String(value ?? '') || '–';
