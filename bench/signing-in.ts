import * as cheerio from 'cheerio';
import { request } from './measuring.ts';

/** Signs in through the page, as a browser would. Returns the cookie. */
export async function signIn(base: string, email: string, password: string): Promise<string> {
  const page = await request({ url: `${base}/sign-in`, cookie: '' });
  const before = cookieOf(page.headers['set-cookie']);
  const fields = new URLSearchParams({
    _csrf: String(cheerio.load(page.text)('input[name=_csrf]').first().val()),
    next: '/',
    email,
    password,
  });
  const answer = await request({
    method: 'POST',
    url: `${base}/sign-in`,
    cookie: before,
    body: () => fields.toString(),
    expect: 303,
  });
  return cookieOf(answer.headers['set-cookie']) || before;
}

export const cookieOf = (lines: string[] | undefined) =>
  (lines ?? []).map(line => line.split(';')[0]).join('; ');

/** The token of a form on a page of the signed-in person. */
export async function tokenOn(url: string, cookie: string): Promise<string> {
  const page = await request({ url, cookie });
  return String(cheerio.load(page.text)('input[name=_csrf]').first().val());
}
