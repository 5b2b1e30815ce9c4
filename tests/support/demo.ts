import type { BrowserContextOptions } from 'playwright';
import { type CastKey, cast, demoPassword } from '../../seeds/cast.ts';
import { seedDemo } from '../../seeds/demo.ts';
import type { Database } from '../../src/db/knex.ts';
import { createServices, type Services } from '../../src/services.ts';
import { createApp } from '../../src/web/app.ts';
import type { Assets } from '../../src/web/rendering/assets.ts';
import { testDatabase } from './db.ts';
import { originOf, visitor } from './visitor.ts';

type SavedSession = Exclude<NonNullable<BrowserContextOptions['storageState']>, string>;

export type Demo = {
  url: string;
  db: Database;
  services: Services;
  /** A browser context in which that person is signed in; each call is a session of its own. */
  signedIn(who: CastKey, cookies?: Record<string, string>): Promise<{ storageState: SavedSession }>;
  /** The number of the ticket with that subject. */
  ticket(subject: string): Promise<number>;
  userId(who: CastKey): Promise<number>;
};

/** The application on a database with the demo company. Call it at the top of a file, with `await`. */
export async function demoCompany(
  settings: Record<string, string> = {},
  parts: { assets?: Assets } = {},
): Promise<Demo> {
  const { db, config } = await testDatabase({ settings: { DEMO: '1', ...settings } });
  const services = await createServices(config, { db });
  await seedDemo(services);
  const url = await originOf(await createApp(services, parts));
  return {
    url,
    db,
    services,
    signedIn: async (who, cookies = {}) => {
      const session = await signIn(url, who);
      return { storageState: stored(url, { ...session, ...cookies }) };
    },
    ticket: async subject => (await db('tickets').where({ subject }).first('number').then(found)).number,
    userId: async who => (await db('users').where({ email: cast[who].email }).first('id').then(found)).id,
  };
}

async function signIn(url: string, who: CastKey): Promise<Record<string, string>> {
  const person = await visitor({ url });
  await person.get('/sign-in');
  person.fill({ 'Work email': cast[who].email, Password: demoPassword });
  await person.click('Sign in');
  if (person.status !== 200) throw new Error(`${who} cannot sign in: ${person.trail.join(', ')}`);
  return Object.fromEntries(person.cookies);
}

/** Cookies as a browser context takes them. */
export function stored(url: string, cookies: Record<string, string>): SavedSession {
  const domain = new URL(url).hostname;
  const rest = { domain, path: '/', expires: -1, httpOnly: false, secure: false, sameSite: 'Lax' as const };
  return { cookies: Object.entries(cookies).map(([name, value]) => ({ name, value, ...rest })), origins: [] };
}

function found<T>(row: T | undefined): T {
  if (!row) throw new Error('Not in the demo company');
  return row;
}
