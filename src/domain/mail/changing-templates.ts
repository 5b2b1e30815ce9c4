import { personId } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { type FieldErrors, Invalid, NotFound } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import { refuseStale } from '../versioning.ts';
import { ownWording, type Wording } from './own-wording.ts';
import { eventWords, hasButton, type TemplateEvent } from './template-events.ts';
import { unknownPlaceholders } from './template-placeholders.ts';
import { currentTemplate, type TemplateKey, type TemplateVersion, templateHistory } from './templates.ts';

type Saved = { version: number };
/** The language's own words: the product's text stands in the language of the template, not of who edits it. */
type Words = Context['t'];

/**
 * Keeps a new version. `version` is the one the form was drawn with: 0 where there is none yet. Words that are the
 * product's again are kept as that, so that a later version of the program may better them.
 */
export async function changeTemplate(
  ctx: Context,
  key: TemplateKey,
  { version, ...typed }: Wording & { version: number },
  languageWords: Words,
): Promise<Saved> {
  authorize(ctx, 'mail-template.manage');
  const wording = checkedWording(ctx, key.event, typed);
  return ctx.transaction(async tx => {
    const current = await lockTemplate(tx, key);
    const own = ownWording(key.event, languageWords);
    const theirs = current?.wording ?? own;
    refuseStale(current?.version ?? 0, version, comparedFields(tx, theirs, wording));
    const fields = differing(theirs, wording);
    if (fields.length === 0) return { version: current?.version ?? 0 };
    const isOwn = differing(own, wording).length === 0;
    return write(tx, key, current, { wording: isOwn ? null : wording, fields });
  });
}

/** Idempotent: the product's own text is used again. What was there stays in the history. */
export async function resetTemplate(ctx: Context, key: TemplateKey): Promise<Saved> {
  authorize(ctx, 'mail-template.manage');
  return ctx.transaction(async tx => {
    const current = await lockTemplate(tx, key);
    if (!current?.wording) return { version: current?.version ?? 0 };
    return write(tx, key, current, { wording: null });
  });
}

/** Takes up an earlier version again, as a new one. Its placeholders are checked anew: the program may have changed. */
export async function restoreTemplate(ctx: Context, key: TemplateKey, version: number): Promise<Saved> {
  authorize(ctx, 'mail-template.manage');
  return ctx.transaction(async tx => {
    const current = await lockTemplate(tx, key);
    const { rows } = await templateHistory(tx, key, { before: version + 1, limit: 1 });
    const wanted = rows[0];
    if (wanted?.version !== version) throw new NotFound('No such version');
    if (same(current?.wording ?? null, wanted.wording)) return { version: current?.version ?? 0 };
    const wording = wanted.wording && checkedWording(tx, key.event, wanted.wording);
    return write(tx, key, current, { wording, restoredFrom: version });
  });
}

/** Refuses a placeholder that the event does not know, beside the field that names it. */
export function checkedWording(ctx: Pick<Context, 't'>, event: TemplateEvent, typed: Wording): Wording {
  const wording = hasButton(event) ? typed : { ...typed, button: '' };
  const errors: FieldErrors = {};
  for (const [field, text] of Object.entries(wording)) {
    const unknown = unknownPlaceholders(text, event);
    if (unknown.length === 0) continue;
    const marks = unknown.slice(0, 3).join(', ');
    errors[field] = ctx.t('We do not know {{marks}} here. Use those listed under “Placeholders”', { marks });
  }
  if (hasButton(event) && !wording.button) errors.button ??= ctx.t('Enter the words on the button');
  if (Object.keys(errors).length > 0) throw new Invalid(errors);
  return wording;
}

export const templateName = (ctx: Pick<Context, 't'>, { event, language }: TemplateKey) =>
  `${eventWords(event, ctx.t).name} (${language})`;

/** One at a time for each event and language, also while there is no row yet. */
async function lockTemplate(tx: Tx, key: TemplateKey): Promise<TemplateVersion | null> {
  await tx.db.raw('select pg_advisory_xact_lock(hashtext(?))', [
    `mail-template:${key.event}:${key.language}`,
  ]);
  return currentTemplate(tx, key);
}

type Change = { wording: Wording | null; restoredFrom?: number; fields?: string[] };

async function write(
  tx: Tx,
  key: TemplateKey,
  current: TemplateVersion | null,
  { wording, restoredFrom, fields }: Change,
): Promise<Saved> {
  const version = (current?.version ?? 0) + 1;
  await tx.db('mail_templates').insert({
    ...key,
    version,
    is_own: wording === null,
    subject: wording?.subject,
    heading: wording?.heading,
    before_text: wording?.before,
    after_text: wording?.after,
    button: wording?.button,
    restored_from: restoredFrom ?? null,
    saved_by: personId(tx.actor),
    saved_at: tx.now(),
  });
  const type = restoredFrom ? 'restored' : wording ? 'changed' : 'reset';
  const subject = { objectType: 'mail-template' as const, label: templateName(tx, key) };
  await recordEvent(tx, `mail-template.${type}`, subject, {
    silent: true,
    data: { ...key, version, ...(fields && { fields }), ...(restoredFrom && { restoredFrom }) },
  });
  return { version };
}

const comparedFields = (tx: Tx, theirs: Wording, yours: Wording) =>
  [
    [tx.t('Subject'), theirs.subject, yours.subject],
    [tx.t('Heading'), theirs.heading, yours.heading],
    [tx.t('Text before'), theirs.before, yours.before],
    [tx.t('Text after'), theirs.after, yours.after],
    [tx.t('Word on the button'), theirs.button, yours.button],
  ] as const satisfies [string, string, string][];

const differing = (from: Wording, to: Wording) =>
  (Object.keys(from) as (keyof Wording)[]).filter(field => from[field] !== to[field]);

const same = (a: Wording | null, b: Wording | null) =>
  a === b || (a !== null && b !== null && differing(a, b).length === 0);
