import type { Request } from 'express';
import type { Services } from '../services.ts';

/** Over https a cookie is for this host alone, and no other name of the company can set one (RFC 6265bis §4.1.3). */
export const cookieName = ({ config }: Pick<Services, 'config'>, name: string) =>
  config.http.secure ? `__Host-${name}` : name;

/** The value of a cookie of ours; nothing if there is none. */
export function cookieOf(req: Request, name: string): string | undefined {
  const wanted = cookieName(req.services, name);
  for (const pair of (req.get('Cookie') ?? '').split(';')) {
    const [key, value = ''] = pair.trim().split('=');
    if (key === wanted) return safeDecode(value);
  }
  return undefined;
}

function safeDecode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return '';
  }
}
