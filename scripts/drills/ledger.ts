import { randomUUID } from 'node:crypto';
import type { Database } from '../../src/db/knex.ts';
import { type Visitor, visitor } from '../../tests/support/visitor.ts';

/** One ticket that somebody tried to raise. `location` is known once the server has acknowledged it. */
export type Entry = { token: string; key: string; location?: string };

/** A person who raises tickets through the real form, again and again, and remembers what was acknowledged. */
export class Ledger {
  readonly entries: Entry[] = [];
  private readonly who: Visitor;
  private readonly fields: Record<string, string>;

  private constructor(who: Visitor, fields: Record<string, string>) {
    this.who = who;
    this.fields = fields;
  }

  /** Signs in and reads the form; its token is good as long as the session, across restarts. */
  static async open(url: string, { email, password }: { email: string; password: string }): Promise<Ledger> {
    const who = await visitor({ url });
    await who.get('/sign-in?next=/tickets/new');
    who.fill({ 'Work email': email, Password: password });
    const form = await who.click('Sign in');
    if (who.path !== '/tickets/new') throw new Error(`${email} cannot sign in: ${form.text}`);
    const category = who.html.find('select[name=category] option[value!=""]').first().attr('value') ?? '';
    return new Ledger(who, { ...who.form('Send ticket').values, category, impact: 'a-little' });
  }

  /** Tries once. Anything but a redirect or a broken line is a fault of the program. */
  async raise(entry = this.enter()): Promise<void> {
    const { token, key } = entry;
    const { files: _files, ...rest } = this.fields;
    const fields = { ...rest, subject: `Drill ${token}`, body: `This is ${token}.`, _key: key };
    const reply = await this.who
      .request('/tickets', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: this.who.origin },
        body: new URLSearchParams(fields).toString(),
      })
      .catch(() => undefined);
    if (!reply) return;
    if (reply.status !== 303)
      throw new Error(`${token} was answered ${reply.status}: ${reply.text.slice(0, 500)}`);
    entry.location = String(reply.headers.location);
  }

  enter(): Entry {
    const entry = { token: `tok-${randomUUID()}`, key: randomUUID() };
    this.entries.push(entry);
    return entry;
  }

  get acknowledged(): Entry[] {
    return this.entries.filter(entry => entry.location);
  }

  get unknown(): Entry[] {
    return this.entries.filter(entry => !entry.location);
  }
}

/** The numbers of the tickets of these entries, by token. */
export async function ticketsOf(db: Database, entries: readonly Entry[]): Promise<Map<string, number[]>> {
  const rows = await db('tickets')
    .whereIn(
      'subject',
      entries.map(({ token }) => `Drill ${token}`),
    )
    .select('subject', 'number');
  const found = new Map<string, number[]>(entries.map(({ token }) => [token, []]));
  for (const row of rows) found.get(String(row.subject).slice('Drill '.length))?.push(row.number);
  return found;
}
