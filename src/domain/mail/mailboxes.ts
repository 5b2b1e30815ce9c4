import type { Context, Tx } from '../context.ts';
import { Invalid, NotFound } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import { changed, isTaken, refuseStale } from '../versioning.ts';
import { accountColumns, isOtherAccount, needsSecret } from './mailbox-accounts.ts';

export const kinds = ['imap', 'push'] as const;
export const unknownSenders = ['ticket', 'park', 'refuse'] as const;
export const securities = ['tls', 'starttls', 'none'] as const;
export const signIns = ['password', 'google', 'microsoft'] as const;
export const afterTakings = ['flag', 'move', 'delete'] as const;

/** Where the mails of an address are fetched; the secrets come in here and never out again. */
export type MailboxAccount = {
  host: string | null;
  port: number | null;
  security: (typeof securities)[number] | null;
  username: string | null;
  auth: (typeof signIns)[number] | null;
  clientId: string | null;
  tenant: string | null;
  folder: string;
  afterTaking: (typeof afterTakings)[number];
  takenFolder: string;
};

export type MailboxSecrets = { secret: string; clientSecret: string };

export type MailboxSettings = {
  name: string;
  address: string;
  aliases: string[];
  kind: (typeof kinds)[number];
  teamId: number | null;
  categoryId: number | null;
  isActive: boolean;
  unknownSenders: (typeof unknownSenders)[number];
  ccWatch: boolean;
  plusAddressing: boolean;
  /** The name of the mail server whose Authentication-Results are believed. */
  trustedServer?: string | null;
};

export type MailboxInput = MailboxSettings & MailboxAccount & MailboxSecrets;

export type Mailbox = MailboxSettings &
  MailboxAccount & {
    id: number;
    version: number;
    archivedAt: Date | null;
    teamName: string | null;
    categoryName: string | null;
    hasSecret: boolean;
    hasClientSecret: boolean;
    lastSeenAt: Date | null;
    lastMailAt: Date | null;
    error: string | null;
    errorDetail: string | null;
    errorSince: Date | null;
    stuck: number[];
  };

const SETTINGS = {
  name: 'b.name',
  address: 'b.address',
  aliases: 'b.aliases',
  kind: 'b.kind',
  teamId: 'b.team_id',
  categoryId: 'b.category_id',
  isActive: 'b.is_active',
  unknownSenders: 'b.unknown_senders',
  ccWatch: 'b.cc_watch',
  plusAddressing: 'b.plus_addressing',
  trustedServer: 'b.trusted_server',
  host: 'b.host',
  port: 'b.port',
  security: 'b.security',
  username: 'b.username',
  auth: 'b.auth',
  clientId: 'b.client_id',
  tenant: 'b.tenant',
  folder: 'b.folder',
  afterTaking: 'b.after_taking',
  takenFolder: 'b.taken_folder',
} as const;

const mailboxes = (ctx: Context) =>
  ctx
    .db('mailboxes as b')
    .leftJoin('teams as t', 't.id', 'b.team_id')
    .leftJoin('categories as c', 'c.id', 'b.category_id')
    .select({
      ...SETTINGS,
      id: 'b.id',
      version: 'b.version',
      archivedAt: 'b.archived_at',
      teamName: 't.name',
      categoryName: 'c.name',
      lastSeenAt: 'b.last_seen_at',
      lastMailAt: 'b.last_mail_at',
      error: 'b.error',
      errorDetail: 'b.error_detail',
      errorSince: 'b.error_since',
      stuck: 'b.stuck',
    })
    .select(
      ctx.db.raw('b.secret is not null as "hasSecret"'),
      ctx.db.raw('b.client_secret is not null as "hasClientSecret"'),
    );

export async function listMailboxes(ctx: Context, { archived = false } = {}): Promise<Mailbox[]> {
  authorize(ctx, 'mailbox.manage');
  const query = mailboxes(ctx).orderByRaw('lower(b.name), b.id').limit(500);
  return archived ? query.whereNotNull('b.archived_at') : query.whereNull('b.archived_at');
}

export async function findMailbox(ctx: Context, id: number): Promise<Mailbox> {
  authorize(ctx, 'mailbox.manage');
  const mailbox = id > 0 ? await mailboxes(ctx).where('b.id', id).first() : undefined;
  if (!mailbox) throw new NotFound('No such mailbox');
  return mailbox as unknown as Mailbox;
}

export async function createMailbox(ctx: Context, input: MailboxInput): Promise<{ id: number }> {
  authorize(ctx, 'mailbox.manage');
  return ctx.transaction(async tx => {
    if (input.kind === 'imap' && !input.secret) throw new Invalid({ secret: needsSecret(tx, input.auth) });
    await refuseTaken(tx, input);
    await refuseArchivedPlace(tx, input);
    const [row] = await unlessTaken(tx, () =>
      tx
        .db('mailboxes')
        .insert({ ...columns(input), ...accountColumns(tx, input), watched_since: tx.db.fn.now() })
        .returning('id'),
    );
    await recordEvent(tx, 'mailbox.created', subject(row.id, input.address), {
      changes: changed({}, told(input)),
    });
    return { id: row.id };
  });
}

export async function changeMailbox(
  ctx: Context,
  { id, version, ...input }: MailboxInput & { id: number; version: number },
): Promise<{ id: number }> {
  authorize(ctx, 'mailbox.manage');
  return ctx.transaction(async tx => {
    const current = await lockMailbox(tx, id);
    refuseStale(current.version, version, compared(tx, current, input));
    const isOther = isOtherAccount(current, input);
    // Whoever may change where a mailbox is must not be able to have its password sent there.
    if (input.kind === 'imap' && !input.secret && (isOther || !current.hasSecret))
      throw new Invalid({ secret: needsSecret(tx, input.auth) });
    await refuseTaken(tx, input, id);
    await refuseArchivedPlace(tx, input, current);
    const changes = changed(told(current), told(input));
    const secrets = Boolean(input.secret || input.clientSecret);
    if (Object.keys(changes).length === 0 && !secrets) return { id };
    await unlessTaken(tx, () =>
      tx
        .db('mailboxes')
        .where({ id })
        .update({
          ...columns(input),
          ...accountColumns(tx, input, current),
          ...(isOther && startAgain(tx)),
          version: current.version + 1,
          updated_at: tx.db.fn.now(),
        }),
    );
    await recordEvent(tx, 'mailbox.changed', subject(id, input.address), { changes, data: { secrets } });
    return { id };
  });
}

/** Idempotent. Nothing is fetched for it or taken from it any more; what came stays. */
export async function archiveMailbox(ctx: Context, id: number, archived: boolean): Promise<{ id: number }> {
  authorize(ctx, 'mailbox.manage');
  return ctx.transaction(async tx => {
    const current = await lockMailbox(tx, id);
    if ((current.archivedAt !== null) === archived) return { id };
    if (!archived) await refuseTaken(tx, current, id, '');
    await unlessTaken(tx, () =>
      tx
        .db('mailboxes')
        .where({ id })
        .update({
          archived_at: archived ? tx.now() : null,
          ...(!archived && startAgain(tx)),
          version: current.version + 1,
          updated_at: tx.db.fn.now(),
        }),
    );
    await recordEvent(tx, archived ? 'mailbox.archived' : 'mailbox.restored', subject(id, current.address));
    return { id };
  });
}

export async function lockMailbox(tx: Tx, id: number): Promise<Mailbox> {
  await tx.db('mailboxes').where({ id }).forUpdate().first('id');
  return findMailbox(tx, id);
}

export const mailboxSubject = (id: number, label: string) => subject(id, label);
const subject = (id: number, label: string) => ({ objectType: 'mailbox' as const, objectId: id, label });

/** Another account's UIDs say nothing of this one's; what was read there before now is none of ours. */
const startAgain = (tx: Tx) => ({
  uid_validity: null,
  last_uid: null,
  watched_since: tx.db.fn.now(),
  stuck: '[]',
  last_seen_at: null,
  error: null,
  error_detail: null,
  error_since: null,
});

const columns = (input: MailboxSettings) => ({
  name: input.name,
  address: input.address,
  aliases: input.aliases,
  kind: input.kind,
  team_id: input.teamId,
  category_id: input.categoryId,
  is_active: input.isActive,
  unknown_senders: input.unknownSenders,
  cc_watch: input.ccWatch,
  plus_addressing: input.plusAddressing,
  trusted_server: input.trustedServer ?? null,
});

/** What the history may show: everything but secrets. */
const told = (input: MailboxSettings & MailboxAccount): Record<string, unknown> => {
  const { name, address, aliases, kind, teamId, categoryId, isActive, unknownSenders, ccWatch } = input;
  const own = { name, address, aliases, kind, teamId, categoryId, isActive, unknownSenders, ccWatch };
  const where = { plusAddressing: input.plusAddressing, trustedServer: input.trustedServer ?? null };
  if (kind === 'push') return { ...own, ...where };
  const { host, port, security, username, auth, clientId, tenant, folder, afterTaking, takenFolder } = input;
  const account = {
    host,
    port,
    security,
    username,
    auth,
    clientId,
    tenant,
    folder,
    afterTaking,
    takenFolder,
  };
  return { ...own, ...where, ...account };
};

const compared = (
  tx: Tx,
  theirs: MailboxSettings & MailboxAccount,
  yours: MailboxSettings & MailboxAccount,
): [string, unknown, unknown][] => {
  const [a, b] = [told(theirs), told(yours)];
  const labels: Record<string, string> = {
    name: tx.t('Name'),
    address: tx.t('Address'),
    aliases: tx.t('Other addresses'),
    host: tx.t('Server'),
    port: tx.t('Port'),
    username: tx.t('User name'),
    folder: tx.t('Folder'),
  };
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].map(key => [
    labels[key] ?? tx.t('Other settings'),
    a[key],
    b[key],
  ]);
};

/** Mail to one address can be only one mailbox's. */
async function refuseTaken(
  tx: Tx,
  { address, aliases }: Pick<MailboxSettings, 'address' | 'aliases'>,
  id = 0,
  field?: string,
) {
  const other = await tx
    .db('mailboxes')
    .whereNull('archived_at')
    .whereNot({ id })
    .where(either =>
      either
        .whereRaw('lower(address) = any(?::text[])', [[address, ...aliases]])
        .orWhereRaw('aliases && ?::text[]', [[address, ...aliases]]),
    )
    .first('name', 'address', 'aliases');
  if (!other) return;
  const isAddress = [other.address.toLowerCase(), ...other.aliases].includes(address);
  throw new Invalid({
    [field ?? (isAddress ? 'address' : 'aliases')]: tx.t('The mailbox “{{name}}” has this address already', {
      name: other.name,
    }),
  });
}

/** Nobody would look where an archived team or category sends the tickets. One that is there already may stay. */
async function refuseArchivedPlace(
  tx: Tx,
  input: Pick<MailboxSettings, 'teamId' | 'categoryId'>,
  current?: Pick<MailboxSettings, 'teamId' | 'categoryId'>,
) {
  const isThere = async (table: 'teams' | 'categories', id: number) =>
    Boolean(await tx.db(table).where({ id, archived_at: null }).first('id'));
  if (input.teamId && input.teamId !== current?.teamId && !(await isThere('teams', input.teamId)))
    throw new Invalid({ teamId: tx.t('Choose a team from the list') });
  const { categoryId } = input;
  if (categoryId && categoryId !== current?.categoryId && !(await isThere('categories', categoryId)))
    throw new Invalid({ categoryId: tx.t('Choose a category from the list') });
}

async function unlessTaken<T>(tx: Tx, write: () => PromiseLike<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (isTaken(error, 'mailboxes_address'))
      throw new Invalid({ address: tx.t('There is a mailbox with this address already') });
    throw error;
  }
}
