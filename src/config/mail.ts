import { createPrivateKey } from 'node:crypto';
import type { Env } from './env.ts';

/** How mails go out. `oauth` and `dkim` have the shape that the transport takes. */
export type MailConfig = {
  smtpUrl: string | undefined;
  from: string;
  showMailbox: boolean;
  oauth?: OAuth | undefined;
  dkim?: Dkim | undefined;
};

type OAuth = {
  user: string;
  clientId: string;
  clientSecret: string;
  refreshToken: string;
  accessUrl: string;
};
type Dkim = { domainName: string; keySelector: string; privateKey: string; headerFieldNames: string };

/** What a signature covers. RFC 8058 wants the way to unsubscribe among it. */
const SIGNED =
  'From:Reply-To:Subject:Date:Message-ID:To:MIME-Version:Content-Type:In-Reply-To:References:Auto-Submitted:List-Id:List-Unsubscribe:List-Unsubscribe-Post';

export function oauthOf(env: Env, problems: string[]): OAuth | undefined {
  const { SMTP_OAUTH_USER: user, SMTP_OAUTH_CLIENT_ID: clientId } = env;
  const { SMTP_OAUTH_CLIENT_SECRET: clientSecret, SMTP_OAUTH_REFRESH_TOKEN: refreshToken } = env;
  if (!user && !clientId && !clientSecret && !refreshToken) return undefined;
  if (user && clientId && clientSecret && refreshToken)
    return { user, clientId, clientSecret, refreshToken, accessUrl: env.SMTP_OAUTH_URL };
  problems.push('SMTP_OAUTH_USER: set all of user, client id, client secret and refresh token, or none');
  return undefined;
}

/** Bits of an RSA key: RFC 8301 forbids fewer than the first and asks for the second. */
const FEWEST_BITS = 1_024;
const ENOUGH_BITS = 2_048;

export function dkimOf(env: Env, problems: string[], warnings: string[]): Dkim | undefined {
  const { DKIM_DOMAIN: domainName, DKIM_SELECTOR: keySelector, DKIM_PRIVATE_KEY: key } = env;
  if (!domainName && !keySelector && !key) return undefined;
  const privateKey = key?.replaceAll('\\n', '\n');
  const bits = privateKey ? bitsOf(privateKey) : undefined;
  if (!domainName || !keySelector || !privateKey || !bits) {
    problems.push('DKIM_PRIVATE_KEY: set domain, selector and a private RSA key in PEM, or none of them');
    return undefined;
  }
  if (bits < FEWEST_BITS)
    problems.push(
      `DKIM_PRIVATE_KEY: make a key of ${ENOUGH_BITS} bits; one of ${bits} counts as no signature`,
    );
  else if (bits < ENOUGH_BITS)
    warnings.push(
      `DKIM_PRIVATE_KEY: it has ${bits} bits. Make one of ${ENOUGH_BITS}; some servers ask for it`,
    );
  return { domainName, keySelector, privateKey, headerFieldNames: SIGNED };
}

/** The length of an RSA key, nothing for anything else. */
function bitsOf(pem: string): number | undefined {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'rsa' ? key.asymmetricKeyDetails?.modulusLength : undefined;
  } catch {
    return undefined;
  }
}
