import path from 'node:path';
import type { Request, Response } from 'express';
import { cookieName, cookieOf } from '../cookies.ts';

const COOKIE = 'styles';
const YEAR_MS = 31_536_000_000;
/** A first visit weighs at most 70 KB; beside a longer page the sheet, in it and once more for the next, would be too much. */
const MOST_BESIDE = 20_000;

/**
 * The style sheet itself, as an element, for the first page that a browser sees: a separate file would cost a second way to the server
 * and back before anything is drawn, half a second on a phone. The page fetches the file for the pages after it, and a
 * cookie remembers which one the browser was given. Undefined where a link will do: it has the file, or does not say
 * that it draws a document (Fetch Metadata), as programs do not. The policy of this one answer names what it carries.
 */
export function firstStyles(req: Request, res: Response, body: string): string | undefined {
  if (body.length > MOST_BESIDE) return undefined;
  const version = path.posix.basename(req.assets.url('app.css')).split('.')[1] ?? '';
  const isKnown = cookieOf(req, COOKIE) === version;
  if (isKnown || req.method !== 'GET' || req.get('Sec-Fetch-Dest') !== 'document') return undefined;
  const policy = String(res.get('Content-Security-Policy'));
  const { text, source } = req.assets.styles;
  res.set('Content-Security-Policy', policy.replace("style-src 'self'", `style-src 'self' ${source}`));
  res.cookie(cookieName(req.services, COOKIE), version, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: req.services.config.http.secure,
    maxAge: YEAR_MS,
  });
  // No space about it: the policy knows the text by its digest.
  return `<style>${text}</style>`;
}
