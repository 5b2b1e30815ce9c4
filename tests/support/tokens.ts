import { createServer, type IncomingMessage } from 'node:http';
import { afterAll } from 'vitest';

type Answer = { status: number; body: object };
type Issued = { user: string; expiresAt: number };

/**
 * Hands out access tokens for refresh tokens, as Google and Microsoft do, and says to a mail server whether one holds
 * (RFC 6749, RFC 7662). A refresh token is `refresh-USER`, and whatever else `issue` says.
 */
export async function tokenServer() {
  const refreshTokens = new Map<string, string>();
  const issued = new Map<string, Issued>();
  const asked: { refreshToken: string; at: number }[] = [];
  const settings = {
    lifeSeconds: 3_600,
    /** Each use of a refresh token ends it and brings another, as strict services have it. */
    rotates: false,
    /** So many answers to mail servers say that a token does not hold which does. */
    refusals: 0,
    /** The mail server cannot ask. */
    isAway: false,
    /** Instead of a token. */
    answer: undefined as ((refreshToken: string) => Answer) | undefined,
  };

  function handOut(form: URLSearchParams): Answer {
    const refreshToken = form.get('refresh_token') ?? '';
    asked.push({ refreshToken, at: performance.now() });
    if (settings.answer) return settings.answer(refreshToken);
    const user = refreshTokens.get(refreshToken);
    const description = 'Token has been expired or revoked.';
    if (!user) return { status: 400, body: { error: 'invalid_grant', error_description: description } };
    const token = `access-${user}-${issued.size + 1}`;
    issued.set(token, { user, expiresAt: Date.now() + settings.lifeSeconds * 1_000 });
    const next = settings.rotates && `${refreshToken}+`;
    if (next) {
      refreshTokens.delete(refreshToken);
      refreshTokens.set(next, user);
    }
    const body = { access_token: token, expires_in: settings.lifeSeconds, token_type: 'Bearer' };
    return { status: 200, body: { ...body, ...(next && { refresh_token: next }) } };
  }

  function tell(form: URLSearchParams): Answer {
    if (settings.isAway) return { status: 503, body: {} };
    const found = issued.get(form.get('token') ?? '');
    const holds = found && found.expiresAt > Date.now() && settings.refusals === 0;
    if (settings.refusals > 0) settings.refusals -= 1;
    return { status: 200, body: holds ? { active: true, username: found.user } : { active: false } };
  }

  const server = createServer(async (req, res) => {
    const form = new URLSearchParams(await textOf(req));
    const { status, body } = req.url === '/token' ? handOut(form) : tell(form);
    res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const url = `http://127.0.0.1:${address && typeof address === 'object' ? address.port : 0}`;

  return {
    endpoint: `${url}/token`,
    introspection: `${url}/introspection`,
    settings,
    /** A refresh token of a user, as after signing in once. */
    signIn: (user: string, refreshToken = `refresh-${user}`) => {
      refreshTokens.set(refreshToken, user);
      return refreshToken;
    },
    revoke: (refreshToken: string) => refreshTokens.delete(refreshToken),
    /** Ends the access tokens of a user before their time. */
    expire: (user: string) => {
      for (const each of issued.values()) if (each.user === user) each.expiresAt = 0;
    },
    /** When somebody came with this refresh token (performance.now). */
    uses: (refreshToken: string) =>
      asked.filter(each => each.refreshToken === refreshToken).map(({ at }) => at),
  };
}

async function textOf(req: IncomingMessage) {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
