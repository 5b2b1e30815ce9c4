const MAX_LENGTH = 2_000;
const NOWHERE = 'http://nowhere.invalid';

/**
 * A path of this site that is safe to redirect to, or the fallback. One slash at the start, printable ASCII
 * (all a browser ever puts there), no backslash (browsers read it as a slash), and still on this site after
 * the parser has taken dots away.
 */
export function localPath(value: unknown, fallback = '/'): string {
  if (typeof value !== 'string' || value.length > MAX_LENGTH) return fallback;
  if (!/^\/(?!\/)[\x21-\x7e]*$/.test(value) || value.includes('\\')) return fallback;
  if (!URL.canParse(value, NOWHERE)) return fallback;
  const url = new URL(value, NOWHERE);
  if (url.origin !== NOWHERE || url.pathname.startsWith('//')) return fallback;
  return value;
}

/** Where to go after signing in: never back to a page that is there for signing in. */
export function afterSignIn(value: unknown): string {
  const path = localPath(value);
  return /^\/(sign-in|sign-up|sign-out|setup|password-reset|verify-email|invitations)([/?#]|$)/.test(path)
    ? '/'
    : path;
}

/** The path of the page a form was on, if the browser says so and it is ours. */
export function pathOfReferer(referer: string | undefined, host: string | undefined, fallback = '/'): string {
  if (!referer || !URL.canParse(referer)) return fallback;
  const url = new URL(referer);
  return url.host === host ? localPath(url.pathname + url.search, fallback) : fallback;
}
