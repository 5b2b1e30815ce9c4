import { expect, test } from 'vitest';
import { audienceOf } from '../../../src/domain/tickets/audience.ts';
import { visibleTickets } from '../../../src/domain/tickets/finding.ts';
import { testWorld } from '../../support/factories.ts';

const world = await testWorld();
const { db, as, makeDepartment, makeTeam, makeTicket, makeUser, set } = world;
const [team, other] = [await makeTeam(), await makeTeam()];
const manager = await makeUser();
const department = await makeDepartment(manager);
const asker = await makeUser({ department });
const people = [
  asker,
  manager,
  await makeUser(),
  await makeUser({ role: 'coordinator', teams: [team] }),
  await makeUser({ role: 'coordinator', teams: [other] }),
  await makeUser({ role: 'coordinator', teams: [] }),
  await makeUser({ role: 'admin' }),
];
const tickets = [
  await makeTicket({ by: asker, team }),
  await makeTicket({ by: asker, team: null }),
  await makeTicket({ by: people[4]!, team }),
  await makeTicket({ by: people[6]!, team: null }),
];
await db('ticket_watchers').insert([
  { ticket_id: tickets[0]!.id, user_id: people[4]!.id },
  { ticket_id: tickets[1]!.id, user_id: people[5]!.id },
  { ticket_id: tickets[3]!.id, user_id: people[2]!.id },
]);

test.each([false, true])(
  'a stream sees and works what a page does (coordinators work all teams: %s)',
  async coordinatorsWorkAllTeams => {
    await set({ coordinatorsWorkAllTeams });
    const who = people.map(({ id }) => ({ userId: id, epoch: 0, deviceId: null }));
    const epochs = new Map(
      (await db('users').select('id', 'session_epoch')).map(u => [u.id, u.session_epoch]),
    );
    for (const one of who) one.epoch = epochs.get(one.userId);
    const audience = await audienceOf(db, { people: who, tickets: tickets.map(one => one.id) });
    for (const one of who) {
      const scope = visibleTickets(await as({ id: one.userId }));
      const rows = await scope.read<{ id: number; sees: boolean; works: boolean }>(
        db,
        `select t.id, ${scope.visible} as sees, ${scope.works} as works from tickets t order by t.id`,
      );
      expect(rows).toEqual(
        rows.map(({ id }) => ({ id, sees: audience.sees(one, id), works: audience.works(one, id) })),
      );
    }
    const old = { ...who[3]!, epoch: who[3]!.epoch - 1 };
    expect([audience.isSignedIn(old), audience.works(old, tickets[0]!.id)]).toEqual([false, false]);
  },
);
