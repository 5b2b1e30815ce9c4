import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { anonymous, type Role, systemActor } from '../../src/domain/access/actor.ts';
import { receiveUpload } from '../../src/domain/attachments/receiving.ts';
import type { Context } from '../../src/domain/context.ts';
import { dispatchEvents } from '../../src/domain/events/dispatching.ts';
import { hashPassword } from '../../src/domain/identity/passwords.ts';
import { loadSignedIn } from '../../src/domain/identity/person.ts';
import { type Settings, settingsSchema } from '../../src/domain/settings/settings.ts';
import { subscribers } from '../../src/domain/subscribers.ts';
import { addComment, type NewComment } from '../../src/domain/tickets/commenting.ts';
import { createTicket, type NewTicket } from '../../src/domain/tickets/creating.ts';
import { findTicket, type Priority, type Ticket } from '../../src/domain/tickets/ticket.ts';
import { createServices } from '../../src/services.ts';
import { type TestClock, testClock } from './clock.ts';
import { testDatabase } from './db.ts';

export const PASSWORD = 'orange tram crosses bridge';
/** One hash for everybody: it takes as long as many tests. */
const HASH = hashPassword(PASSWORD);

export type Made = { id: number };
export type MadeUser = Made & { email: string; firstName: string; lastName: string };

type UserOptions = {
  role?: Role;
  teams?: readonly Made[];
  department?: Made;
  status?: 'pending' | 'active' | 'suspended' | 'rejected';
  firstName?: string;
  email?: string;
};
type TicketOptions = Partial<Omit<NewTicket, 'categoryId' | 'requesterId'>> & {
  by: Made;
  /** The person it is raised for, if not the one who raises it. */
  for?: Made;
  team?: Made | null;
  category?: Made;
};

type WorldOptions = {
  clock?: TestClock;
  /** Settings of the environment, such as limits. */
  env?: Record<string, string>;
  /** Changes are told to open pages, as in the program; a file without such pages saves the statement. */
  live?: boolean;
};

let made = 0;

/**
 * A help desk of its own for one test file: services on a fresh database, a clock, and short ways to people, teams
 * and tickets, all through the domain's own verbs where there is one.
 */
export async function testWorld({ clock = testClock(), env = {}, live = false }: WorldOptions = {}) {
  const { db, config } = await testDatabase({ settings: env });
  const services = await createServices(config, {
    db,
    now: clock.now,
    world: { wake() {}, ...(!live && { announce() {} }) },
  });
  const origin = { address: '203.0.113.7', userAgent: 'Test' };

  const system = () => services.contextFor(systemActor('test'));
  const stranger = () => services.contextFor(anonymous, { origin });
  /** The person with the rights and the settings of this moment. */
  const as = async (user: Made): Promise<Context> => {
    const found = await loadSignedIn(db, user.id);
    if (!found) throw new Error(`User ${user.id} may not sign in`);
    return services.contextFor(found.person, { settings: found.settings, origin });
  };

  const set = async (values: Partial<Settings>) => {
    settingsSchema.partial().parse(values);
    const rows = Object.entries(values).map(([key, value]) => ({ key, value: JSON.stringify(value) }));
    await db('settings').insert(rows).onConflict('key').merge();
  };

  async function makeUser(options: UserOptions = {}): Promise<MadeUser> {
    made += 1;
    const [user] = await db('users')
      .insert({
        email: options.email ?? `person${made}@company.example`,
        first_name: options.firstName ?? `Ada${made}`,
        last_name: `Nr${made}`,
        role: options.role ?? 'employee',
        status: options.status ?? 'active',
        department_id: options.department?.id ?? null,
        password_hash: await HASH,
        email_verified_at: new Date(),
        // A reply takes effect at once, unless a test is about that.
        hold_seconds: 0,
      })
      .returning(['id', 'email', 'first_name as firstName', 'last_name as lastName']);
    await join(user, options.teams ?? []);
    return user;
  }

  const join = async (user: Made, teams: readonly Made[]) => {
    if (teams.length > 0)
      await db('team_members').insert(teams.map(team => ({ team_id: team.id, user_id: user.id })));
  };

  const named = async (table: string, values: Record<string, unknown>): Promise<Made> => {
    made += 1;
    const [row] = await db(table)
      .insert({ name: `${table} ${made}`, ...values })
      .returning('id');
    return row;
  };
  const makeTeam = (name?: string) => named('teams', name ? { name } : {});
  const makeDepartment = (manager?: Made) => named('departments', { manager_id: manager?.id ?? null });
  const makeCategory = (
    values: { team?: Made | null; priority?: Priority; parent?: Made; name?: string } = {},
  ) =>
    named('categories', {
      team_id: values.team?.id ?? null,
      default_priority: values.priority ?? 'medium',
      parent_id: values.parent?.id ?? null,
      ...(values.name && { name: values.name }),
    });

  const categories = new Map<number, Made>();
  const categoryOf = async (team: Made | null | undefined): Promise<Made | null> => {
    if (!team) return null;
    const known = categories.get(team.id) ?? (await makeCategory({ team }));
    categories.set(team.id, known);
    return known;
  };

  async function makeTicket({
    by,
    for: requester,
    team,
    category,
    ...input
  }: TicketOptions): Promise<Ticket> {
    made += 1;
    const { number } = await createTicket(await as(by), {
      subject: `Ticket ${made}`,
      body: 'It does not work.',
      categoryId: (category ?? (await categoryOf(team)))?.id ?? null,
      requesterId: requester?.id ?? null,
      ...input,
    });
    return reload(number);
  }

  /** The ticket as it is now, seen by the program itself. */
  const reload = async (ticket: number | { number: number }): Promise<Ticket> =>
    findTicket(await system(), typeof ticket === 'number' ? ticket : ticket.number);

  /** A message of somebody, who sees the ticket in their own way, or, to be refused, not at all. */
  const comment = async (by: Made, ticket: Ticket, input: Partial<NewComment> = {}) => {
    const ctx = await as(by);
    const seen = await findTicket(ctx, ticket.number).catch(() => reload(ticket));
    return addComment(ctx, seen, { kind: 'reply', body: 'Words.', ...input });
  };

  async function upload(by: Made, filename: string, bytes: string | Uint8Array) {
    const folder = path.join(config.filesDir, 'incoming');
    await mkdir(folder, { recursive: true });
    const file = path.join(folder, randomUUID());
    await writeFile(file, bytes);
    return receiveUpload(await as(by), { file, filename });
  }

  /** What follows from everything that happened so far: notices and search documents. */
  async function follow() {
    const ctx = await system();
    for (;;) {
      const { taken, failed } = await dispatchEvents(ctx, subscribers, 200);
      if (failed > 0) throw new Error('An event could not be dispatched');
      if (taken === 0) return;
    }
  }

  const eventsOf = (ticket: Made) => db('events').where({ ticket_id: ticket.id }).orderBy('id');

  return {
    db,
    config,
    services,
    clock,
    system,
    stranger,
    as,
    set,
    makeUser,
    join,
    makeTeam,
    makeDepartment,
    makeCategory,
    makeTicket,
    reload,
    comment,
    upload,
    follow,
    eventsOf,
  };
}

export type TestWorld = Awaited<ReturnType<typeof testWorld>>;

/** The usual people: an employee, a colleague, two teams with a coordinator each, and an admin of the first team. */
export async function usualPeople(world: Pick<TestWorld, 'makeUser' | 'makeTeam'>) {
  const { makeUser, makeTeam } = world;
  const it = await makeTeam();
  const hr = await makeTeam();
  return {
    it,
    hr,
    employee: await makeUser({ firstName: 'Jonas' }),
    colleague: await makeUser({ firstName: 'Sofie' }),
    coordinator: await makeUser({ role: 'coordinator', teams: [it], firstName: 'Marek' }),
    stranger: await makeUser({ role: 'coordinator', teams: [hr], firstName: 'Aisha' }),
    admin: await makeUser({ role: 'admin', teams: [it], firstName: 'Kwame' }),
  };
}
