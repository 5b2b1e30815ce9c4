import type { Express } from 'express';
import { createApp } from '../../src/web/app.ts';
import { testClock } from './clock.ts';
import { PASSWORD, testWorld } from './factories.ts';
import { type Visitor, visitor } from './visitor.ts';

type Options = Parameters<typeof testWorld>[0];

/**
 * The real application on a database of its own, and people who come in through the real sign-in page. Its clock
 * starts at the present, since sessions keep the machine's time, and stands still until it is moved.
 */
export async function testApp(options: Options = {}) {
  const world = await testWorld({ clock: testClock(new Date()), ...options });
  const app: Express = await createApp(world.services);

  async function signIn(who: { email: string }, next = '/profile'): Promise<Visitor> {
    const person = await visitor(app);
    await person.get(`/sign-in?next=${encodeURIComponent(next)}`);
    person.fill({ 'Work email': who.email, Password: PASSWORD });
    await person.click('Sign in');
    if (person.path.startsWith('/sign-in'))
      throw new Error(`${who.email} could not sign in: ${person.html.text}`);
    return person;
  }

  return { ...world, app, signIn, visitor: () => visitor(app) };
}

export type TestApp = Awaited<ReturnType<typeof testApp>>;

/** A POST as a browser would send it, without following where it leads. The token of the page in front is added. */
export function post(
  who: Visitor,
  path: string,
  fields: Record<string, string | string[]> = {},
  headers: Record<string, string> = {},
) {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries({ _csrf: tokenOf(who), ...fields })) {
    for (const one of [value].flat()) body.append(name, one);
  }
  return who.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: who.origin, ...headers },
    body: body.toString(),
  });
}

/** The token of the page in front. */
export const tokenOf = (who: Visitor): string => {
  const inherited = who.html.find('body').attr('hx-headers:inherited');
  return inherited ? ((JSON.parse(inherited) as Record<string, string>)['X-CSRF-Token'] ?? '') : '';
};

/** A page without what differs at each drawing: tokens, keys, request numbers. */
export const steady = (html: string) =>
  html
    .replace(/name="_(csrf|key)"\s+value="[^"]*"/g, '')
    .replace(/"X-CSRF-Token":"[^"]*"/g, '')
    .replace(/E-[0-9A-Z]{4}-[0-9A-Z]{4}/g, '');
