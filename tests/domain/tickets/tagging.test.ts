import { describe, expect, test } from 'vitest';
import { Conflict, Forbidden, Invalid } from '../../../src/domain/errors.ts';
import { suggestions } from '../../../src/domain/search/suggesting.ts';
import { changeTicket } from '../../../src/domain/tickets/changing.ts';
import { usedTags } from '../../../src/domain/tickets/choices.ts';
import { addTags, foldTeamTags, removeTags, suggestTags } from '../../../src/domain/tickets/tagging.ts';
import { testWorld, usualPeople } from '../../support/factories.ts';
import { expectInvariants } from '../../support/invariants.ts';

const world = await testWorld();
const { db, as, makeTicket, reload, eventsOf, follow, set } = world;
const { it, hr, employee, coordinator, stranger, admin } = await usualPeople(world);
const usesOf = async (name: string) => (await db('tags').where({ name }).first('uses'))?.uses;

test('tags are kept in one way of writing, each once and in order', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const cafe = 'Cafe\u0301';
  const tagged = await addTags(await as(coordinator), ticket, ['  #VPN ', 'vpn', cafe, 'Home \n office', '']);
  expect(tagged).toMatchObject({ tags: ['café', 'home office', 'vpn'], version: 2 });
  const changes = (await eventsOf(ticket)).at(-1);
  expect(changes).toMatchObject({
    type: 'ticket.changed',
    changes: { tags: [[], ['café', 'home office', 'vpn']] },
  });
});

test('adding what is there and removing what is not writes nothing', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const marek = await as(coordinator);
  await addTags(marek, ticket, ['scanner']);
  expect(await addTags(marek, ticket, ['Scanner'])).toMatchObject({ version: 2 });
  expect(await removeTags(marek, ticket, ['printer'])).toMatchObject({ version: 2, tags: ['scanner'] });
  expect(await removeTags(marek, ticket, ['SCANNER'])).toMatchObject({ version: 3, tags: [] });
});

test('two people who tag at the same time both keep their tags', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const marek = await as(coordinator);
  await Promise.all([addTags(marek, ticket, ['one', 'both']), addTags(marek, ticket, ['two', 'both'])]);
  expect((await reload(ticket)).tags).toEqual(['both', 'one', 'two']);
});

test('a whole list replaces the one that was seen, and conflicts with a list changed meanwhile', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const marek = await as(coordinator);
  await changeTicket(marek, ticket, { tags: ['a'] }, { tags: [] });
  await expect(changeTicket(marek, ticket, { tags: ['b'] }, { tags: [] })).rejects.toThrow(Conflict);
  await changeTicket(marek, ticket, { tags: ['b'] }, { tags: ['a'] });
  expect((await reload(ticket)).tags).toEqual(['b']);
});

test('a tag that is too long, or one too many, is refused with words', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const marek = await as(coordinator);
  await expect(addTags(marek, ticket, ['x'.repeat(41)])).rejects.toThrow(Invalid);
  const many = Array.from({ length: 21 }, (_, i) => `t${i}`);
  await expect(addTags(marek, ticket, many)).rejects.toThrow(Invalid);
  expect(await addTags(marek, ticket, many.slice(1))).toMatchObject({ version: 2 });
});

test('only who works the ticket tags it, and only the desk is offered names', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  for (const person of [employee, stranger])
    await expect(addTags(await as(person), ticket, ['x'])).rejects.toThrow(Forbidden);
  await expect(suggestTags(await as(employee), 'v')).rejects.toThrow(Forbidden);
});

test('suggestions begin with the letters, the most used first, and only while in use', async () => {
  const marek = await as(coordinator);
  const tickets = [];
  for (let i = 0; i < 3; i += 1) tickets.push(await makeTicket({ by: employee, team: it }));
  await addTags(marek, tickets[0]!, ['network-cable', 'network-wifi', '100%_sure']);
  await addTags(marek, tickets[1]!, ['network-wifi']);
  await follow();
  expect(await suggestTags(marek, 'NETW')).toEqual(['network-wifi', 'network-cable']);
  expect(await suggestTags(marek, '%')).toEqual([]);
  expect(await usesOf('network-wifi')).toBe(2);
  await removeTags(marek, tickets[0]!, ['network-cable', 'network-wifi']);
  await follow();
  expect(await suggestTags(marek, 'network')).toEqual(['network-wifi']);
  expect(await usesOf('network-wifi')).toBe(1);
});

test('everything stays true', async () => {
  await follow();
  await expectInvariants(db);
});

describe('a name is offered to who may see a ticket that carries it', () => {
  test('not to a coordinator of another team, and to whoever works all teams', async () => {
    const ticket = await makeTicket({ by: employee, team: it });
    await addTags(await as(coordinator), ticket, ['layoff-plan']);
    await follow();
    const told = async (who: { id: number }) => {
      const ctx = await as(who);
      const searched = (await suggestions(ctx, 'tag:layoff')).map(each => each.shown);
      return [await suggestTags(ctx, 'layoff'), (await usedTags(ctx)).includes('layoff-plan'), searched];
    };
    const known = [['layoff-plan'], true, ['tag:layoff-plan']];
    expect(await told(coordinator)).toEqual(known);
    expect(await told(stranger)).toEqual([[], false, []]);
    expect(await told(admin)).toEqual(known);
    await set({ coordinatorsWorkAllTeams: true });
    expect(await told(stranger)).toEqual(known);
    await set({ coordinatorsWorkAllTeams: false });
  });

  test('it goes along with the ticket to another team, and a ticket without team is everybody’s', async () => {
    const ticket = await makeTicket({ by: employee, team: it });
    await addTags(await as(coordinator), ticket, ['goes-along', 'stays-out']);
    await removeTags(await as(coordinator), ticket, ['stays-out']);
    const offered = async () => [
      await suggestTags(await as(coordinator), 'goes'),
      await suggestTags(await as(stranger), 'goes'),
    ];
    expect(await offered()).toEqual([['goes-along'], []]);
    await db('tickets').where({ id: ticket.id }).update({ team_id: hr.id });
    expect(await offered()).toEqual([[], ['goes-along']]);
    await db('tickets').where({ id: ticket.id }).update({ team_id: null });
    expect(await offered()).toEqual([['goes-along'], ['goes-along']]);
    expect(await suggestTags(await as(coordinator), 'stays')).toEqual([]);
  });

  test('folding changes nothing that is offered, and leaves a row for each name that is in use', async () => {
    const marek = await as(coordinator);
    for (let i = 0; i < 3; i += 1) {
      const ticket = await makeTicket({ by: employee, team: it });
      await addTags(marek, ticket, ['folded-often', 'folded-away']);
      await removeTags(marek, ticket, ['folded-away']);
    }
    const before = await suggestTags(marek, 'folded');
    await Promise.all([foldTeamTags(marek), foldTeamTags(marek)]);
    await foldTeamTags(marek);
    expect(await suggestTags(marek, 'folded')).toEqual(before);
    const rows = await db('team_tags').whereLike('name', 'folded%').select('name', 'n');
    expect(rows).toEqual([{ name: 'folded-often', n: 3 }]);
    await expectInvariants(db);
  });
});
