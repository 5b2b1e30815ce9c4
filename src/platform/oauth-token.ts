/** Where Google and Microsoft hand out access tokens; `{tenant}` in Microsoft's is replaced. */
export type TokenEndpoints = { google: string; microsoft: string };

export type TokenRequest = {
  auth: 'google' | 'microsoft';
  clientId: string;
  clientSecret: string;
  refreshToken: string;
  tenant: string;
};

/** `refreshToken` where the service has replaced it: the old one may end. */
export type AccessToken = { token: string; expiresAt: number; refreshToken?: string };

/** The service said no (`refused`) to the token or to the app that asks (`isApp`), or did not answer. */
export class TokenFault extends Error {
  override name = 'TokenFault';
  readonly refused: boolean;
  readonly isApp: boolean;

  constructor(message: string, refused: boolean, isApp = false) {
    super(message);
    this.refused = refused;
    this.isApp = isApp;
  }
}

const TIMEOUT_MS = 10_000;
/** Bytes of an answer; more is read of none. */
const MAX_ANSWER = 64_000;
/** RFC 6749 section 5.2: of the app, not of the token. Microsoft says so of a client secret that has run out. */
const APP_ERRORS = ['invalid_client', 'unauthorized_client'];
/** Said with a 400 by services that are merely busy. */
const PASSING_ERRORS = ['temporarily_unavailable', 'server_error', 'slow_down'];
const PASSING_STATUSES = [408, 425, 429];
const MICROSOFT_SCOPE = 'https://outlook.office.com/IMAP.AccessAsUser.All offline_access';

/** An access token for a refresh token (RFC 6749 section 6). The address is the operator's, and no redirect is followed. */
export async function fetchToken(endpoints: TokenEndpoints, request: TokenRequest): Promise<AccessToken> {
  const { auth, clientId, clientSecret, refreshToken, tenant } = request;
  const url = endpoints[auth].replace('{tenant}', encodeURIComponent(tenant || 'common'));
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: clientId,
    refresh_token: refreshToken,
    ...(clientSecret && { client_secret: clientSecret }),
    ...(auth === 'microsoft' && { scope: MICROSOFT_SCOPE }),
  });
  const answer = await ask(url, body);
  const { access_token: token, expires_in: seconds, refresh_token: next } = answer;
  if (typeof token !== 'string') throw new TokenFault('The answer holds no access token', false);
  const life = typeof seconds === 'number' ? seconds : 3_600;
  return {
    token,
    expiresAt: Date.now() + life * 1_000,
    ...(typeof next === 'string' && next !== refreshToken && { refreshToken: next }),
  };
}

async function ask(url: string, body: URLSearchParams): Promise<Record<string, unknown>> {
  let status: number;
  let text: string;
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    status = response.status;
    text = await textOf(response);
  } catch (error) {
    throw new TokenFault(String((error as Error).cause ?? (error as Error).message), false);
  }
  const answer = parsed(text);
  if (status >= 200 && status < 300) return answer;
  const said = [answer.error, answer.error_description].filter(part => typeof part === 'string').join(': ');
  const error = String(answer.error ?? '');
  const isPassing = PASSING_STATUSES.includes(status) || PASSING_ERRORS.includes(error);
  const refused = status >= 400 && status < 500 && !isPassing;
  throw new TokenFault(said || `HTTP ${status}`, refused, refused && APP_ERRORS.includes(error));
}

/** Nobody who answers without end fills our memory: leaving the loop hangs up. */
async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_ANSWER) throw new Error('The answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
