import { beforeEach, expect, test } from 'vitest';
import { Forbidden, Invalid } from '../../../src/domain/errors.ts';
import { checklistOf } from '../../../src/domain/tickets/checking.ts';
import { templateChoices, templateToUse } from '../../../src/domain/tickets/template.ts';
import {
  archiveTemplate,
  changeTemplate,
  createTemplate,
  type TemplateInput,
} from '../../../src/domain/tickets/templates.ts';
import { brokenInvariants } from '../../support/broken-invariants.ts';
import { testWorld, usualPeople } from '../../support/factories.ts';

const world = await testWorld();
const { db, as, makeTicket, makeCategory, eventsOf, follow } = world;
const { it, hr, employee, coordinator, stranger, admin } = await usualPeople(world);
const category = await makeCategory({ team: hr });

beforeEach(() => db('ticket_templates').delete());

let made = 0;
async function make(values: Partial<TemplateInput> = {}) {
  made += 1;
  const { id } = await createTemplate(await as(admin), {
    name: `New starter ${made}`,
    audience: 'desk',
    audienceTeamId: null,
    subject: 'New starter',
    body: 'Name, day and desk.',
    categoryId: category.id,
    priority: 'high',
    teamId: it.id,
    assigneeId: coordinator.id,
    tags: ['Starter', 'laptop'],
    checklist: ['Laptop', 'Account', 'Badge'],
    ...values,
  });
  return id;
}

test('a ticket begins with all its template says, in one transaction', async () => {
  const id = await make();
  const ticket = await makeTicket({ by: coordinator, for: employee, category, templateId: id });
  expect(ticket).toMatchObject({
    teamId: it.id,
    assigneeId: coordinator.id,
    priority: 'high',
    tags: ['laptop', 'starter'],
    version: 2,
  });
  expect((await checklistOf(await as(coordinator), ticket)).map(item => item.text)).toEqual([
    'Laptop',
    'Account',
    'Badge',
  ]);
  expect((await eventsOf(ticket)).map(event => [event.type, event.actor_kind])).toEqual([
    ['ticket.created', 'person'],
    ['ticket.changed', 'system'],
  ]);
  await follow();
  expect(await brokenInvariants(db)).toEqual([]);
});

test('who says that it is about something else gets that category’s team', async () => {
  const other = await makeCategory({ team: hr });
  const ticket = await makeTicket({ by: admin, category: other, templateId: await make() });
  expect(ticket.teamId).toBe(hr.id);
  // Marek is not of that team, so the ticket waits in its queue.
  expect(ticket.assigneeId).toBeNull();
  expect(ticket.tags).toEqual(['laptop', 'starter']);
});

test('an owner who left holds nothing up', async () => {
  const leaver = await world.makeUser({ role: 'coordinator', teams: [it] });
  const id = await make({ assigneeId: leaver.id });
  await db('users').where({ id: leaver.id }).update({ status: 'suspended' });
  const ticket = await makeTicket({ by: admin, category, templateId: id });
  expect(ticket).toMatchObject({ assigneeId: null, tags: ['laptop', 'starter'] });
});

test('each is offered to whom it is for, and counts as none for the others', async () => {
  const everyone = await make({ audience: 'everyone' });
  const desk = await make();
  const team = await make({ audience: 'team', audienceTeamId: hr.id });
  const offered = async (who: { id: number }) =>
    (await templateChoices(await as(who))).map(one => one.id).sort((a, b) => a - b);
  expect(await offered(employee)).toEqual([everyone]);
  expect(await offered(coordinator)).toEqual([everyone, desk]);
  expect(await offered(stranger)).toEqual([everyone, desk, team]);
  expect(await offered(admin)).toEqual([everyone, desk, team]);
  expect(await templateToUse(await as(employee), desk)).toBeUndefined();
  const ticket = await makeTicket({ by: employee, category, templateId: desk });
  expect(ticket).toMatchObject({ teamId: hr.id, tags: [], version: 1 });
});

test('impact raises the template’s priority and never lowers it', async () => {
  const low = await make({ priority: 'low' });
  expect((await makeTicket({ by: admin, category, templateId: low, impact: 'stopped' })).priority).toBe(
    'urgent',
  );
  expect(
    (await makeTicket({ by: admin, category, templateId: await make(), impact: 'a-little' })).priority,
  ).toBe('high');
});

test('admins alone make, change and archive templates; names are used once', async () => {
  const id = await make({ name: 'Leaver' });
  await expect(make({ name: 'leaver' })).rejects.toThrow(Invalid);
  await expect(createTemplate(await as(coordinator), {} as TemplateInput)).rejects.toThrow(Forbidden);
  await expect(archiveTemplate(await as(coordinator), id, true)).rejects.toThrow(Forbidden);
  await archiveTemplate(await as(admin), id, true);
  expect(await templateChoices(await as(admin))).toEqual([]);
  await make({ name: 'LEAVER' });
  await expect(archiveTemplate(await as(admin), id, false)).rejects.toThrow(Invalid);
});

test('a form over an older version is refused with both texts', async () => {
  const id = await make();
  const [row] = await db('ticket_templates').where({ id });
  const input: TemplateInput & { id: number; version: number } = {
    ...{ id, version: row.version, name: row.name, audience: 'desk', audienceTeamId: null, subject: 'Two' },
    ...{
      body: row.body,
      categoryId: category.id,
      priority: 'high',
      teamId: it.id,
      assigneeId: coordinator.id,
    },
    ...{ tags: row.tags, checklist: row.checklist },
  };
  await changeTemplate(await as(admin), input);
  await expect(changeTemplate(await as(admin), { ...input, subject: 'Three' })).rejects.toMatchObject({
    conflicts: [{ theirs: 'Two', yours: 'Three' }],
  });
});
