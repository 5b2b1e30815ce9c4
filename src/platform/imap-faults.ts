import { TokenFault } from './oauth-token.ts';
import { Refused } from './outbound.ts';

/** What can be wrong between us and a mailbox; the pages have a sentence for each. */
export const faultKeys = [
  ...([
    'host',
    'not-allowed',
    'port',
    'silent',
    'tls',
    'certificate',
    'sign-in',
    'no-oauth',
    'token',
    'token-app',
    'token-away',
  ] as const),
  ...([
    'folder',
    'taken-folder',
    'busy',
    'unavailable',
    'cut',
    'secret',
    'storing',
    'stuck',
    'other',
  ] as const),
] as const;
export type FaultKey = (typeof faultKeys)[number];

/** `detail` is what the server or its connection said, for whoever looks into it. */
export class ImapFault extends Error {
  override name = 'ImapFault';
  readonly key: FaultKey;
  readonly detail: string;

  constructor(key: FaultKey, detail = '') {
    super(detail ? `${key}: ${detail}` : key);
    this.key = key;
    this.detail = tidy(detail);
  }
}

type Raw = Error & {
  code?: string;
  authenticationFailed?: boolean;
  tlsFailed?: boolean;
  mailboxMissing?: boolean;
  responseText?: string;
  serverResponseCode?: string;
  _err?: Raw;
};

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|ALTNAME/;
const BUSY = /\b(locked|in use|too many|number of (simultaneous )?connections)\b/i;
/** OpenSSL's line, of which only the reason says something: `…:SSL routines:function:wrong version number:file.c:350:`. */
const OPENSSL = /:SSL routines:[^:]*:([^:]+)/;
/** What the library throws where the server offers neither XOAUTH2 nor OAUTHBEARER. */
const NO_OAUTH = /^Unsupported authentication mechanism/;
const CUT = /^(NoConnection|EConnectionClosed|ECONNRESET|EPIPE|ETIMEOUT|StateLogout|ClosedAfterConnect)/;

/** Which step failed, from what Node and the IMAP library throw. */
export function faultOf(error: unknown): ImapFault {
  if (error instanceof ImapFault) return error;
  if (error instanceof Refused) return new ImapFault('not-allowed');
  if (error instanceof TokenFault)
    return new ImapFault(error.isApp ? 'token-app' : error.refused ? 'token' : 'token-away', error.message);
  const raw = ((error as Raw)?._err ?? error) as Raw;
  const outer = error as Raw;
  const code = String(raw?.code ?? outer?.code ?? '');
  const said = outer?.responseText ?? raw?.message ?? '';
  const passing = passingKey(outer?.serverResponseCode ?? '', said);
  if (outer?.authenticationFailed) return new ImapFault(passing ?? 'sign-in', said);
  if (NO_OAUTH.test(said)) return new ImapFault('no-oauth');
  // Microsoft takes the token and then has no mailbox for it.
  if (/authenticated but not connected/i.test(said)) return new ImapFault('sign-in', said);
  if (/^(ENOTFOUND|EAI_|ENODATA)/.test(code)) return new ImapFault('host');
  if (CERTIFICATE.test(code)) return new ImapFault('certificate', raw.message);
  if (/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|CONNECT_TIMEOUT)$/.test(code))
    return new ImapFault('port');
  if (/^(GREETING_TIMEOUT|UPGRADE_TIMEOUT)$/.test(code)) return new ImapFault('silent');
  if (/^(ERR_SSL|EPROTO|ERR_TLS)/.test(code) || outer?.tlsFailed || /STARTTLS/i.test(said))
    return new ImapFault('tls', OPENSSL.exec(said)?.[1] ?? said);
  if (outer?.mailboxMissing) return new ImapFault('folder');
  if (passing) return new ImapFault(passing, said);
  if (CUT.test(code)) return new ImapFault('cut', code);
  return new ImapFault('other', said);
}

/** RFC 5530: for the moment only, such as a mailbox that another program has locked, or a server with a fault of its own. */
function passingKey(code: string, said: string): 'busy' | 'unavailable' | undefined {
  if (/^(INUSE|LIMIT)$/i.test(code) || BUSY.test(said)) return 'busy';
  if (/^(UNAVAILABLE|SERVERBUG)$/i.test(code) || /\btry again\b/i.test(said)) return 'unavailable';
  return undefined;
}

const tidy = (text: string) =>
  text
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
    .slice(0, 300);
