import { query } from '../../db/knex.ts';
import type { Context } from '../context.ts';
import { authorize } from '../policies.ts';
import type { Wording } from './own-wording.ts';
import { isTemplateEvent, type TemplateEvent, templateEvents } from './template-events.ts';

/** An event and a language: what stands in the address of a template. */
export type TemplateKey = { event: TemplateEvent; language: string };

/** A version as it was saved; without a wording it went back to the product's own text. */
export type TemplateVersion = {
  version: number;
  wording: Wording | null;
  restoredFrom: number | null;
  savedAt: Date;
  savedBy: string | null;
};

type Row = {
  event: string;
  language: string;
  version: number;
  isOwn: boolean;
  subject: string;
  heading: string;
  before: string | null;
  after: string | null;
  button: string | null;
  restoredFrom: number | null;
  savedAt: Date;
  savedBy: string | null;
};

const COLUMNS = `
  m.event, m.language, m.version, m.is_own as "isOwn", m.subject, m.heading, m.before_text as before, m.after_text as after,
  m.button, m.restored_from as "restoredFrom", m.saved_at as "savedAt",
  case when u.id is not null then coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), '–') end as "savedBy"`;

const CURRENT = `
  select distinct on (m.event, m.language) ${COLUMNS}
  from mail_templates m left join users u on u.id = m.saved_by
  order by m.event, m.language, m.version desc`;

const HISTORY = `
  select ${COLUMNS} from mail_templates m left join users u on u.id = m.saved_by
  where m.event = ? and m.language = ? and m.version < ? order by m.version desc limit ?`;

export type ListedTemplate = TemplateKey & { current: TemplateVersion | null };

/** One for each event and language, in the order of the page; `current` is null where nobody ever changed it. */
export async function listTemplates(ctx: Context, languages: readonly string[]): Promise<ListedTemplate[]> {
  authorize(ctx, 'mail-template.manage');
  const rows = await query<Row>(ctx.db, CURRENT, []);
  return templateEvents.flatMap(event =>
    languages.map(language => {
      const row = rows.find(each => each.event === event && each.language === language);
      return { event, language, current: row ? versionOf(row) : null };
    }),
  );
}

const VERSIONS = 20;

/** Its versions, newest first. */
export async function templateHistory(
  ctx: Context,
  { event, language }: TemplateKey,
  { before = 2_147_483_647, limit = VERSIONS } = {},
): Promise<{ rows: TemplateVersion[]; more: boolean }> {
  authorize(ctx, 'mail-template.manage');
  const rows = await query<Row>(ctx.db, HISTORY, [event, language, before, limit + 1]);
  return { rows: rows.slice(0, limit).map(versionOf), more: rows.length > limit };
}

/** The newest version; null as long as nobody saved one. */
export async function currentTemplate(ctx: Context, key: TemplateKey): Promise<TemplateVersion | null> {
  const { rows } = await templateHistory(ctx, key, { limit: 1 });
  return rows[0] ?? null;
}

/**
 * The words an admin chose for mails of that kind in that language; null means the product's own. A language without
 * words of its own is not given those of another. Asked for each mail, so it is recalled for some seconds.
 */
export async function wordingFor(ctx: Context, template: string, language: string): Promise<Wording | null> {
  if (!isTemplateEvent(template)) return null;
  const rows = await ctx.world.recall('mail-templates', () => query<Row>(ctx.db, CURRENT, []));
  const row = rows.find(each => each.event === template && each.language === language);
  return row ? versionOf(row).wording : null;
}

function versionOf(row: Row): TemplateVersion {
  const { version, restoredFrom, savedAt, savedBy, subject, heading } = row;
  const wording = {
    subject,
    heading,
    before: row.before ?? '',
    after: row.after ?? '',
    button: row.button ?? '',
  };
  return { version, wording: row.isOwn ? null : wording, restoredFrom, savedAt, savedBy };
}
