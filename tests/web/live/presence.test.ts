import { describe, expect, test } from 'vitest';
import { saveDraft } from '../../../src/domain/drafting.ts';
import { presentOn } from '../../../src/domain/tickets/presence.ts';
import { post, testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';

const app = await testApp();
const { db, as, makeTicket, signIn } = app;
const { it, employee, coordinator, stranger, admin } = await usualPeople(app);

const opened = async (who: { email: string; id: number }, number: number) => {
  const visitor = await signIn(who);
  await visitor.get(`/tickets/${number}`);
  return visitor;
};
const bar = '#presence';

describe('who has a ticket open', () => {
  test('is told to the others who work it, when they ask and when they open it', async () => {
    const ticket = await makeTicket({ by: employee, team: it });
    const at = `/tickets/${ticket.number}/presence`;
    const [marek, kwame] = [await opened(coordinator, ticket.number), await opened(admin, ticket.number)];
    const own = await marek.partial(at, { fields: { state: 'viewing' } });
    expect(own.status).toBe(200);
    expect(own.text).toMatch(/^<hx-partial hx-target="#presence" hx-swap="outerMorph">/);
    expect(own.text).not.toContain('has this open');
    expect((await kwame.partial(at)).text).toContain('Marek has this open');
    await marek.partial(at, { fields: { state: 'replying' } });
    expect((await kwame.partial(at)).text).toContain('Marek is replying');
    await kwame.get(`/tickets/${ticket.number}`);
    expect(kwame.html.find(bar).text()).toContain('Marek is replying');
    await post(marek, at, { state: 'gone' });
    expect((await kwame.partial(at)).text).not.toContain('Marek');
  });

  test('is forgotten after 45 seconds without a word, by the clock of the database', async () => {
    const ticket = await makeTicket({ by: employee, team: it });
    const marek = await opened(coordinator, ticket.number);
    await marek.partial(`/tickets/${ticket.number}/presence`, { fields: { state: 'viewing' } });
    expect(await presentOn(await as(admin), ticket)).toHaveLength(1);
    await db('ticket_presence').update({ seen_at: db.raw("now() - interval '46 seconds'") });
    expect(await presentOn(await as(admin), ticket)).toEqual([]);
  });

  test('names nobody who may not work it any more, and whoever works all teams’ tickets', async () => {
    const ticket = await makeTicket({ by: employee, team: it });
    const ids = async () => (await presentOn(await as(coordinator), ticket)).map(each => each.id);
    for (const user of [admin, stranger])
      await db('ticket_presence').insert({ ticket_id: ticket.id, user_id: user.id, state: 'viewing' });
    expect(await ids()).toEqual([admin.id]);
    await app.set({ coordinatorsWorkAllTeams: true });
    expect((await ids()).sort((a, b) => a - b)).toEqual([admin.id, stranger.id].sort((a, b) => a - b));
    await db('ticket_watchers').insert({ ticket_id: ticket.id, user_id: stranger.id });
    expect(await ids()).toEqual([admin.id]);
    await app.set({ coordinatorsWorkAllTeams: false });
  });

  test('is nothing for the requester, nor for another team: not there at all', async () => {
    const ticket = await makeTicket({ by: employee, team: it });
    const at = `/tickets/${ticket.number}/presence`;
    const marek = await opened(coordinator, ticket.number);
    await marek.partial(at, { fields: { state: 'replying' } });
    for (const who of [employee, stranger]) {
      const visitor = await opened(who, ticket.number);
      expect((await visitor.request(at)).status).toBe(404);
      expect((await post(visitor, at, { state: 'viewing' })).status).toBe(404);
      expect(visitor.html.text).not.toContain('Marek is');
      expect(visitor.html.find('[data-presence]').length).toBe(0);
    }
    expect(await db('ticket_presence').where({ ticket_id: ticket.id }).pluck('user_id')).toEqual([
      coordinator.id,
    ]);
  });

  test('without a script is seen from a draft of the last two minutes; not from what the requester types', async () => {
    const ticket = await makeTicket({ by: employee, team: it });
    const scope = `ticket:${ticket.id}`;
    await saveDraft(await as(coordinator), scope, { body: 'Begun', kind: 'reply' });
    await saveDraft(await as(employee), scope, { body: 'Mine', kind: 'reply' });
    const kwame = await opened(admin, ticket.number);
    expect(kwame.html.find(bar).text()).toContain('Marek is replying');
    expect(kwame.html.find(bar).text()).not.toContain('Jonas');
    await db('drafts')
      .where({ scope })
      .update({ updated_at: db.raw("now() - interval '3 minutes'") });
    await kwame.get(`/tickets/${ticket.number}`);
    expect(kwame.html.find(bar).text()).not.toContain('Marek');
  });
});

describe('the parts that others changed', () => {
  test('come alone, without the composer, and without what somebody is using', async () => {
    const ticket = await makeTicket({ by: employee, team: it });
    const marek = await opened(coordinator, ticket.number);
    const { commentId } = await app.comment(admin, ticket, { body: 'From Kwame' });
    const at = `/tickets/${ticket.number}/updates`;
    const whole = await marek.partial(`${at}?after=1&without=`, { target: 'div' });
    const targets = (text: string) =>
      [...text.matchAll(/hx-target="#([\w-]+)" hx-swap="outerMorph"/g)].map(m => m[1]);
    expect(targets(whole.text)).toEqual(['thread', 'ticket-head', 'properties', 'presence', 'answered']);
    expect(whole.text).toContain('Kwame answered just now');
    expect(whole.text).toContain(`href="#c${commentId}"`);
    const less = await marek.partial(`${at}?without=properties`, { target: 'div' });
    expect(targets(less.text)).toEqual(['thread', 'ticket-head', 'presence']);
    expect((await marek.request(at)).headers.location).toBe(`/tickets/${ticket.number}`);
  });

  test('show the requester replies and how far it is, and no note', async () => {
    const ticket = await makeTicket({ by: employee, team: it });
    const jonas = await opened(employee, ticket.number);
    await app.comment(admin, ticket, { kind: 'note', body: 'CANARY' });
    await app.comment(coordinator, ticket, { body: 'Public' });
    const { text } = await jonas.partial(`/tickets/${ticket.number}/updates?after=1`, { target: 'div' });
    expect(text).toContain('Public');
    expect(text).not.toMatch(/CANARY|id="properties"|id="presence"/);
    const aisha = await opened(stranger, ticket.number);
    expect((await aisha.request(`/tickets/${ticket.number}/updates`)).status).toBe(404);
  });

  test('of the sidebar are its counts; an employee has none', async () => {
    const marek = await signIn(coordinator);
    await marek.get('/queue');
    const counts = await marek.partial('/queue/counts?nav=mine', { target: 'ul#queue-views' });
    expect(counts.text).toMatch(/^<hx-partial hx-target="#queue-views" hx-swap="outerMorph">/);
    expect(counts.html.find('[aria-current]').attr('href')).toBe('/queue/mine');
    expect((await marek.request('/queue/counts')).status).toBe(302);
    expect((await (await signIn(employee)).request('/queue/counts')).status).toBe(404);
  });
});
