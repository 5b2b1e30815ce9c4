import { isIP } from 'node:net';
import { ImapFlow, type MailboxObject } from 'imapflow';
import { faultOf, ImapFault } from './imap-faults.ts';
import { type AccessToken, fetchToken, type TokenEndpoints } from './oauth-token.ts';
import type { Guard } from './outbound.ts';

export type ImapAccount = {
  host: string;
  port: number;
  security: 'tls' | 'starttls' | 'none';
  username: string;
  auth: 'password' | 'google' | 'microsoft';
  /** The password, or the refresh token. */
  secret: string;
  clientId: string;
  clientSecret: string;
  tenant: string;
  folder: string;
  /** Where mails go that were taken, if they are moved. */
  takenFolder: string | null;
};

export type ImapWorld = {
  guard: Guard;
  tokens: TokenEndpoints;
  /** Certificates to trust beside the machine's own; for tests. */
  ca?: string;
};

export type ImapConnection = { client: ImapFlow; folder: MailboxObject };

/** Keeps a refresh token that has taken the place of another, before anything else can fail: the old one may be gone. */
export type KeepToken = (next: string) => Promise<unknown>;

const CONNECT_MS = 15_000;
/** Longer than a look takes to come round: a connection that is dead without a word ends by itself. */
const SILENCE_MS = 90_000;
/** A mail of 25 MB, and what stands around it. */
const MAX_LITERAL = 40_000_000;

/** Connects, signs in and opens the folder, or throws an ImapFault that says which of these did not work. */
export async function openImap(
  account: ImapAccount,
  world: ImapWorld,
  keepToken?: KeepToken,
): Promise<ImapConnection> {
  let token: AccessToken | undefined;
  let client: ImapFlow | undefined;
  try {
    token = await tokenFor(account, world);
    if (token?.refreshToken) await keepToken?.(token.refreshToken);
    client = await clientFor(account, world, token);
    await client.connect();
    const folder = await open(client, account.folder);
    if (account.takenFolder) await ensureFolder(client, account.takenFolder);
    return { client, folder };
  } catch (error) {
    client?.close();
    throw withoutSecrets(faultOf(error), [account.secret, account.clientSecret, token?.token]);
  }
}

/** What the other side said is shown and logged; some repeat what they were sent. */
function withoutSecrets(fault: ImapFault, secrets: readonly (string | undefined)[]): ImapFault {
  let detail = fault.detail;
  for (const secret of secrets) if (secret && secret.length > 3) detail = detail.replaceAll(secret, '…');
  return detail === fault.detail ? fault : new ImapFault(fault.key, detail);
}

/** Tries an account and lets go of it: how many mails are in the folder, or an ImapFault. */
export async function probeImap(
  account: ImapAccount,
  world: ImapWorld,
  keepToken?: KeepToken,
): Promise<{ mails: number; idles: boolean }> {
  const { client, folder } = await openImap(account, world, keepToken);
  try {
    return { mails: folder.exists, idles: client.capabilities.has('IDLE') };
  } finally {
    await client.logout().catch(() => client.close());
  }
}

async function tokenFor(account: ImapAccount, { tokens }: ImapWorld): Promise<AccessToken | undefined> {
  const { auth, secret, clientId, clientSecret, tenant } = account;
  if (auth === 'password') return undefined;
  return fetchToken(tokens, { auth, clientId, clientSecret, tenant, refreshToken: secret });
}

async function clientFor(account: ImapAccount, { guard, ca }: ImapWorld, token?: AccessToken) {
  const { host, port, security, username, secret } = account;
  const pinned = await guard(host);
  const client = new ImapFlow({
    host: pinned.address,
    ...(!isIP(host) && { servername: host }),
    port,
    secure: security === 'tls',
    ...(security !== 'tls' && { doSTARTTLS: security === 'starttls' }),
    auth: token ? { user: username, accessToken: token.token } : { user: username, pass: secret },
    tls: { minVersion: 'TLSv1.2', ...(ca && { ca }) },
    logger: false,
    disableAutoIdle: true,
    disableCompression: true,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    maxLiteralSize: MAX_LITERAL,
  });
  // What breaks later is seen by whoever waits for an answer; without a listener it would end the process.
  client.on('error', () => {});
  return client;
}

async function open(client: ImapFlow, folder: string): Promise<MailboxObject> {
  try {
    return await client.mailboxOpen(folder);
  } catch (error) {
    throw isOfFolder(client, error) ? new ImapFault('folder') : error;
  }
}

/** The folder for taken mails is made if it is not there. */
async function ensureFolder(client: ImapFlow, folder: string) {
  const known = await client.status(folder, { messages: true }).catch(() => false as const);
  if (known) return;
  try {
    await client.mailboxCreate(folder);
  } catch (error) {
    throw isOfFolder(client, error) ? new ImapFault('taken-folder') : error;
  }
}

/** A folder that is locked for the moment is there, and so is one of a line that broke. */
const isOfFolder = (client: ImapFlow, error: unknown) =>
  client.usable && !['busy', 'unavailable', 'sign-in'].includes(faultOf(error).key);
