import type { ImapAccount } from '../../platform/imap.ts';
import type { Context } from '../context.ts';
import { NotFound } from '../errors.ts';
import { authorize } from '../policies.ts';
import type { Mailbox, MailboxAccount, MailboxInput } from './mailboxes.ts';

/** The secrets of a mailbox are sealed in the database; only a connection that is about to be made opens them. */
export const accountColumns = (
  ctx: Context,
  input: MailboxInput,
  current?: Pick<Mailbox, 'kind'> & MailboxAccount,
) => {
  if (input.kind === 'push') {
    const nothing = { host: null, port: null, security: null, username: null, auth: null };
    // A password is no key to sign mails with.
    const secrets = current?.kind === 'imap' ? { secret: null, client_secret: null } : {};
    return { ...nothing, client_id: null, tenant: null, ...secrets };
  }
  const isOther = !current || isOtherAccount(current, input);
  return {
    host: input.host,
    port: input.port,
    security: input.security,
    username: input.username,
    auth: input.auth,
    client_id: input.auth === 'password' ? null : input.clientId,
    tenant: input.auth === 'microsoft' ? input.tenant : null,
    folder: input.folder,
    after_taking: input.afterTaking,
    taken_folder: input.takenFolder,
    ...(input.secret && { secret: ctx.world.encrypt(input.secret) }),
    ...((input.clientSecret || isOther || input.auth === 'password') && {
      client_secret: input.clientSecret ? ctx.world.encrypt(input.clientSecret) : null,
    }),
  };
};

type Where = Pick<MailboxAccount, 'host' | 'port' | 'security' | 'username' | 'auth' | 'clientId' | 'tenant'>;

/** Whether a stored secret would go somewhere else than before, or to the same place less safely. */
export const isOtherAccount = (a: { kind: string } & Where, b: { kind: string } & Where): boolean =>
  a.kind !== b.kind ||
  (['host', 'port', 'security', 'username', 'auth', 'clientId', 'tenant'] as const).some(
    field => (a[field] || null) !== (b[field] || null),
  );

export const needsSecret = (ctx: Context, auth: MailboxAccount['auth']): string =>
  auth === 'password'
    ? ctx.t('Enter the password of this mailbox')
    : ctx.t('Enter the refresh token of this mailbox');

type Row = Record<
  'host' | 'username' | 'secret' | 'client_id' | 'client_secret' | 'tenant' | 'folder' | 'taken_folder',
  string
> & {
  port: number;
  security: ImapAccount['security'];
  auth: ImapAccount['auth'];
  after_taking: MailboxAccount['afterTaking'];
};

/** The account of a stored mailbox, its secrets opened. For a connection alone: nothing of it may be shown or logged. */
export async function storedAccount(ctx: Context, id: number): Promise<ImapAccount> {
  authorize(ctx, 'mailbox.manage');
  const row: Row | undefined = await ctx.db('mailboxes').where({ id, kind: 'imap' }).first();
  if (!row?.secret) throw new NotFound('No such account');
  return {
    host: row.host,
    port: row.port,
    security: row.security,
    username: row.username,
    auth: row.auth,
    secret: ctx.world.decrypt(row.secret),
    clientId: row.client_id ?? '',
    clientSecret: row.client_secret ? ctx.world.decrypt(row.client_secret) : '',
    tenant: row.tenant ?? '',
    folder: row.folder,
    takenFolder: row.after_taking === 'move' ? row.taken_folder : null,
  };
}

/** What a form describes, to be tried. A stored secret is used only where it goes already. */
export async function typedAccount(
  ctx: Context,
  input: Pick<MailboxInput, keyof MailboxAccount | 'kind' | 'secret' | 'clientSecret'>,
  mailbox?: Mailbox,
): Promise<ImapAccount | undefined> {
  authorize(ctx, 'mailbox.manage');
  const isSame = mailbox?.hasSecret && !isOtherAccount(mailbox, input);
  const stored = isSame ? await storedAccount(ctx, mailbox.id) : undefined;
  const secret = input.secret || stored?.secret;
  if (!secret || !input.host || !input.port || !input.security || !input.username || !input.auth)
    return undefined;
  return {
    host: input.host,
    port: input.port,
    security: input.security,
    username: input.username,
    auth: input.auth,
    secret,
    clientId: input.clientId ?? '',
    clientSecret: input.clientSecret || stored?.clientSecret || '',
    tenant: input.tenant ?? '',
    folder: input.folder,
    takenFolder: input.afterTaking === 'move' ? input.takenFolder : null,
  };
}
