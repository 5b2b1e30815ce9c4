import type { Knex } from 'knex';
import { query } from '../../db/knex.ts';
import type { Context } from '../context.ts';
import { authorize } from '../policies.ts';

/** A mailbox as the process sees it that fetches its mail. */
export type Watched = {
  id: number;
  /** Raised by every change of its settings: then the connection is made anew. */
  version: number;
  address: string;
  auth: 'password' | 'google' | 'microsoft';
  afterTaking: 'flag' | 'move' | 'delete';
  takenFolder: string;
  uidValidity: number | null;
  lastUid: number | null;
  stuck: number[];
  watchedSince: Date;
};

const COLUMNS = `id, version, address, auth, after_taking as "afterTaking", taken_folder as "takenFolder",
  uid_validity as "uidValidity", last_uid as "lastUid", stuck, watched_since as "watchedSince"`;

const FETCHED = `kind = 'imap' and is_active and archived_at is null`;

/** Those whose mail is fetched, with the version of their settings. */
export const fetchedMailboxes = (db: Knex): Promise<{ id: number; version: number; address: string }[]> =>
  query(
    db,
    `select id, version, address, (held_until is null or held_until < now()) as free
     from mailboxes where ${FETCHED} order by id limit 500`,
    [],
  );

/**
 * Takes the lease of a mailbox, or keeps it: one process at a time looks into it, by the clock of the database. Nothing
 * if another one has it, or it is not to be fetched any more.
 */
export async function holdMailbox(
  db: Knex,
  id: number,
  holder: string,
  seconds: number,
): Promise<Watched | undefined> {
  const [row] = await query<Watched>(
    db,
    `update mailboxes set held_by = ?, held_until = now() + make_interval(secs => ?)
     where id = ? and ${FETCHED} and (held_by = ? or held_until is null or held_until < now())
     returning ${COLUMNS}`,
    [holder, seconds, id, holder],
  );
  return row;
}

export const letGoOfMailbox = (db: Knex, id: number, holder: string): Promise<unknown> =>
  query(db, 'update mailboxes set held_by = null, held_until = null where id = ? and held_by = ?', [
    id,
    holder,
  ]);

/** `stuck` are mails that the server does not hand out. Without a last UID all has to be looked at again. */
export type Progress = {
  uidValidity: number;
  lastUid: number | null;
  stuck: readonly number[];
  mails: number;
};

/** Writes down how far a look has come. `settings` is the version it began with: of other settings it says nothing. */
export const keepProgress = (
  { db }: Pick<Context, 'db'>,
  { id, version }: Pick<Watched, 'id' | 'version'>,
  { uidValidity, lastUid, stuck, mails }: Progress,
): Promise<unknown> =>
  query(
    db,
    `update mailboxes set uid_validity = ?, last_uid = ?, stuck = ?::jsonb, last_seen_at = now(),
       last_mail_at = case when ?::int > 0 then now() else last_mail_at end,
       error = ?::text, error_detail = ?,
       error_since = case when ?::text is not null then coalesce(case when error = 'stuck' then error_since end, now()) end
     where id = ? and version = ?`,
    [
      ...[uidValidity, lastUid, JSON.stringify(stuck), mails],
      ...(stuck.length > 0 ? ['stuck', stuck.slice(0, 20).join(', '), 'stuck'] : [null, null, null]),
      ...[id, version],
    ],
  );

/** A fault stands from the first time it is met. */
export const keepFault = (
  { db }: Pick<Context, 'db'>,
  { id, version }: Pick<Watched, 'id' | 'version'>,
  { key, detail }: { key: string; detail: string },
): Promise<unknown> =>
  query(
    db,
    `update mailboxes set error = ?, error_detail = nullif(?, ''), error_since = coalesce(error_since, now())
     where id = ? and version = ?`,
    [key, detail, id, version],
  );

/**
 * Services replace refresh tokens as they are used, and the old one ends, some day or at once. The new one takes its place
 * wherever it is still the stored one, whatever else of the settings has changed meanwhile.
 */
export const keepToken = (
  ctx: Context,
  { id }: Pick<Watched, 'id'>,
  { used, next }: { used: string; next: string },
): Promise<void> =>
  ctx.transaction(async tx => {
    authorize(tx, 'mailbox.manage');
    const row = await tx.db('mailboxes').where({ id }).forUpdate().first('secret');
    if (!row?.secret || tx.world.decrypt(row.secret) !== used) return;
    await tx
      .db('mailboxes')
      .where({ id })
      .update({ secret: tx.world.encrypt(next) });
  });

/** A mail was pushed into the mailbox. */
export const noteMail = ({ db }: Pick<Context, 'db'>, id: number): Promise<unknown> =>
  query(
    db,
    `update mailboxes set last_mail_at = now() where id = ? and (last_mail_at is null or last_mail_at < now() - interval '5 seconds')`,
    [id],
  );

/** Which of these are here already. */
export async function knownUids(
  { db }: Pick<Context, 'db'>,
  { id }: Pick<Watched, 'id'>,
  uidValidity: number,
  uids: readonly number[],
): Promise<Set<number>> {
  const rows = await query<{ uid: number }>(
    db,
    'select uid from inbound_mails where mailbox_id = ? and uid_validity = ? and uid = any(?::bigint[])',
    [id, uidValidity, uids],
  );
  return new Set(rows.map(row => row.uid));
}

/** Whether the database is there at all: then what failed was about the mail. */
export const answers = ({ db }: Pick<Context, 'db'>): Promise<boolean> =>
  query(db, 'select 1', []).then(
    () => true,
    () => false,
  );
