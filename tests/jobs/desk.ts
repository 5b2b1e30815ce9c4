import { systemActor } from '../../src/domain/access/actor.ts';
import { actingAs, type Context } from '../../src/domain/context.ts';
import { dispatchEvents } from '../../src/domain/events/dispatching.ts';
import { loadSignedIn } from '../../src/domain/identity/person.ts';
import { deliverDue } from '../../src/domain/notifications/sending.ts';
import { defaultSettings } from '../../src/domain/settings/settings.ts';
import { subscribers } from '../../src/domain/subscribers.ts';
import { addComment, type NewComment } from '../../src/domain/tickets/commenting.ts';
import { createTicket } from '../../src/domain/tickets/creating.ts';
import { findTicket } from '../../src/domain/tickets/ticket.ts';
import { createMailer } from '../../src/mail/mailer.ts';
import { createMailTransport, type Mail, type MailTransport } from '../../src/platform/mail-transport.ts';
import { createServices } from '../../src/services.ts';
import { testDatabase } from '../support/db.ts';

type Values = Record<string, unknown>;

/** A small company: the team IT with Marek and Nadia, the team HR with Olga, an admin, and employees Anna and Ben. */
export async function desk({ settings = {} }: { settings?: Record<string, string> } = {}) {
  const { db, config } = await testDatabase({ settings });
  const services = await createServices(config, { db, world: { wake: () => {} } });
  const system = await services.contextFor(systemActor('test'), { settings: defaultSettings });

  const person = async (firstName: string, role: string, values: Values = {}): Promise<number> => {
    const [row] = await db('users')
      .insert({
        email: `${firstName.toLowerCase()}@company.example`,
        first_name: firstName,
        last_name: 'Test',
        role,
        status: 'active',
        email_verified_at: new Date(),
        ...values,
      })
      .returning('id');
    return row.id;
  };
  const team = async (name: string, members: number[]): Promise<number> => {
    const [row] = await db('teams').insert({ name }).returning('id');
    await db('team_members').insert(members.map(user_id => ({ team_id: row.id, user_id })));
    return row.id;
  };
  const people = {
    anna: await person('Anna', 'employee'),
    ben: await person('Ben', 'employee'),
    marek: await person('Marek', 'coordinator'),
    nadia: await person('Nadia', 'coordinator'),
    olga: await person('Olga', 'coordinator'),
    admin: await person('Ada', 'admin'),
  };
  const teams = { it: await team('IT', [people.marek, people.nadia]), hr: await team('HR', [people.olga]) };
  const [category] = await db('categories').insert({ name: 'Hardware', team_id: teams.it }).returning('id');

  const as = async (userId: number): Promise<Context> => {
    const found = await loadSignedIn(db, userId);
    if (!found) throw new Error(`User ${userId} cannot be signed in`);
    return actingAs(system, found.person);
  };
  const raise = async (userId = people.anna, values: Values = {}) => {
    const ctx = await as(userId);
    const made = await createTicket(ctx, {
      subject: 'The printer smokes',
      body: 'It smells of **burnt** paper',
      categoryId: category.id as number,
      ...values,
    });
    return findTicket(system, made.number);
  };
  const say = async (
    userId: number,
    number: number,
    input: Omit<NewComment, 'kind'> & Partial<NewComment>,
  ) => {
    const ctx = await as(userId);
    return addComment(ctx, await findTicket(ctx, number), { kind: 'reply', ...input });
  };
  /** All events until none is left. */
  const dispatch = async () => {
    while ((await dispatchEvents(system, subscribers)).taken > 0);
  };
  /** Who is to get which mail, of the deliveries not told yet, as "Anna ticket-received". */
  const queued = async (): Promise<string[]> => {
    const rows = await db('deliveries as d')
      .join('users as u', 'u.id', 'd.recipient_id')
      .where('d.state', 'pending')
      .select('u.first_name', 'd.template');
    return rows.map(row => `${row.first_name} ${row.template}`).sort((a, b) => a.localeCompare(b));
  };
  const unread = async (): Promise<Record<string, number>> => {
    const rows = await db('users').where('unread', '>', 0).select('first_name', 'unread');
    return Object.fromEntries(rows.map(row => [row.first_name, row.unread]));
  };
  /** A post that remembers what it would have sent. */
  const recorder = () => {
    const mails: Mail[] = [];
    const transport: MailTransport = {
      mode: 'smtp',
      send: async mail => {
        mails.push(mail);
      },
      close() {},
    };
    return { mails, post: createMailer({ config, translator: services.translator, transport }) };
  };
  const smtpPost = (url: string, attemptMs = 30_000) => {
    const transport = createMailTransport({ mail: { ...config.mail, smtpUrl: url } }, services.log, {
      attemptMs,
    });
    return { transport, post: createMailer({ config, translator: services.translator, transport }) };
  };
  /** Sends what is queued, held mails too, and returns it. */
  const sendAll = async (): Promise<Mail[]> => {
    const { mails, post } = recorder();
    await db('deliveries').where({ state: 'pending' }).update({ next_attempt_at: db.fn.now() });
    await deliverDue(system, post);
    return mails;
  };
  /** What happened so far is done with: nothing waits, nobody has anything unread. */
  const settle = async () => {
    await dispatch();
    await db('deliveries').where({ state: 'pending' }).update({ state: 'sent' });
    await db('notifications').whereNull('read_at').update({ read_at: new Date() });
    await db('users').update({ unread: 0 });
  };
  return {
    db,
    config,
    services,
    system,
    ...{ people, teams, categoryId: category.id as number },
    ...{ person, as, raise, say, dispatch, queued, unread, recorder, smtpPost, sendAll, settle },
  };
}

export type Desk = Awaited<ReturnType<typeof desk>>;
