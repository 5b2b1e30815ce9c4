import { expect, test } from 'vitest';
import { suggestions } from '../../../src/domain/search/suggesting.ts';
import { desk } from '../../jobs/desk.ts';

const { db, people, teams, as } = await desk();
await db('tags').insert([{ name: 'vip' }, { name: 'vpn' }, { name: 'laptop' }]);
await db('team_tags').insert(['vip', 'vpn', 'laptop'].map(name => ({ queue_team: teams.it, name, n: 1 })));

const shown = async (userId: number, text: string) =>
  (await suggestions(await as(userId), text)).map(each => each.shown);

test('operators by how they begin, and what they take', async () => {
  expect(await shown(people.marek, 'sta')).toEqual(['status:']);
  expect(await shown(people.marek, '-ta')).toEqual(['-tag:']);
  expect(await shown(people.marek, 'is:o')).toEqual(['is:overdue', 'is:open']);
  expect(await shown(people.marek, 'priority:')).toContain('priority:urgent');
  expect(await shown(people.marek, 'tag:v')).toEqual(['tag:vip', 'tag:vpn']);
  expect(await shown(people.marek, 'team:h')).toEqual(['team:HR']);
  expect(await shown(people.marek, 'assignee:ma')).toEqual(['assignee:"Marek Test"']);
  expect(await shown(people.marek, 'requester:an')).toEqual(['requester:"Anna Test"']);
  expect(await shown(people.marek, 'status:in')).toEqual(['status:"In progress"']);
});

test('a slip in a value that there are few of offers them all', async () => {
  expect(await shown(people.marek, 'printer priority:hgh')).toEqual([
    'priority:urgent',
    'priority:high',
    'priority:medium',
    'priority:low',
  ]);
  expect(await shown(people.marek, 'status:nonsense')).toContain('status:"In progress"');
  expect(await shown(people.marek, 'tag:zzz')).toEqual([]);
});

test('the rest of the search stays, and the last word alone goes on', async () => {
  const [first] = await suggestions(await as(people.marek), 'printer status:"in pro');
  expect(first).toEqual({ text: 'printer status:"In progress" ', shown: 'status:"In progress"' });
  expect(await suggestions(await as(people.marek), 'printer ')).toEqual([]);
  expect(await suggestions(await as(people.marek), '"')).toEqual([]);
});

test('an employee is told of no team, tag, colleague or state that their page does not show', async () => {
  for (const text of ['tag:', 'tag:v', 'te', 'team:', 'assignee:', 'requester:an', 'requester:be', 'pri'])
    expect(await shown(people.ben, text), text).toEqual([]);
  expect(await shown(people.ben, 'status:')).not.toContain('status:"On hold by another name"');
  expect(await shown(people.ben, 'is:')).toEqual(['is:open', 'is:closed']);
});
