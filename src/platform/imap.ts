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

export type ImapConnection = { client: ImapFlow; folder: MailboxObject; token?: AccessToken };

const CONNECT_MS = 15_000;
/** Longer than a look takes to come round: a connection that is dead without a word ends by itself. */
const SILENCE_MS = 90_000;
/** A mail of 25 MB, and what stands around it. */
const MAX_LITERAL = 40_000_000;

/** Connects, signs in and opens the folder, or throws an ImapFault that says which of these did not work. */
export async function openImap(account: ImapAccount, world: ImapWorld): Promise<ImapConnection> {
  const token = await tokenFor(account, world);
  const client = await clientFor(account, world, token);
  try {
    await connect(client);
    const folder = await open(client, account.folder);
    if (account.takenFolder) await ensureFolder(client, account.takenFolder);
    return { client, folder, ...(token && { token }) };
  } catch (error) {
    client.close();
    throw error instanceof ImapFault ? error : faultOf(error);
  }
}

/** Tries an account and lets go of it: how many mails are in the folder, or an ImapFault. */
export async function probeImap(
  account: ImapAccount,
  world: ImapWorld,
): Promise<{ mails: number; idles: boolean; token?: AccessToken }> {
  const { client, folder, token } = await openImap(account, world);
  try {
    return { mails: folder.exists, idles: client.capabilities.has('IDLE'), ...(token && { token }) };
  } finally {
    await client.logout().catch(() => client.close());
  }
}

async function tokenFor(account: ImapAccount, { tokens }: ImapWorld): Promise<AccessToken | undefined> {
  const { auth, secret, clientId, clientSecret, tenant } = account;
  if (auth === 'password') return undefined;
  try {
    return await fetchToken(tokens, { auth, clientId, clientSecret, tenant, refreshToken: secret });
  } catch (error) {
    throw faultOf(error);
  }
}

async function clientFor(account: ImapAccount, { guard, ca }: ImapWorld, token?: AccessToken) {
  const { host, port, security, username, secret } = account;
  const pinned = await guard(host).catch((error: unknown) => {
    throw faultOf(error);
  });
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

async function connect(client: ImapFlow) {
  await client.connect();
}

async function open(client: ImapFlow, folder: string): Promise<MailboxObject> {
  try {
    return await client.mailboxOpen(folder);
  } catch (error) {
    if (!client.usable) throw error;
    throw new ImapFault('folder', folder);
  }
}

/** The folder for taken mails is made if it is not there. */
async function ensureFolder(client: ImapFlow, folder: string) {
  const known = await client.status(folder, { messages: true }).catch(() => false as const);
  if (known) return;
  try {
    await client.mailboxCreate(folder);
  } catch (error) {
    if (!client.usable) throw error;
    throw new ImapFault('taken-folder', folder);
  }
}
