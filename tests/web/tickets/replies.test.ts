import { describe, expect, test } from 'vitest';
import { createReply } from '../../../src/domain/replies/managing.ts';
import { paths } from '../../../src/paths.ts';
import { post, testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';

const app = await testApp();
const { db, as, signIn, makeTicket, reload } = app;
const { it, employee, coordinator, stranger, admin } = await usualPeople(app);
const marek = await signIn(coordinator);
const kwame = await signIn(admin);
const anna = await signIn(employee);
const aisha = await signIn(stranger);

const base = { folder: '', says: 'reply', scope: 'team', teamId: it.id, actions: null } as const;

describe('the settings page', () => {
  test('a coordinator adds a text for the team; a wrong placeholder is named and what was typed kept', async () => {
    await marek.get(paths.cannedReplies);
    await marek.click('Add a saved reply');
    const team = (await db('teams').where({ id: it.id }).first('name')).name;
    marek.fill({ 'Who can use it': 'My team', 'Team (optional)': team });
    marek.fill({ Name: 'Ask for a log', Text: 'Hi {{requester.nme}}' });
    await marek.click('Add saved reply');
    expect(marek.status).toBe(422);
    expect(marek.html.alerts.join()).toContain('{{requester.nme}}');
    marek.fill({ Text: 'Hi {{requester.first_name}}, about {{ticket.subject}}' });
    await marek.click('Add saved reply');
    expect(marek.html.heading).toBeTruthy();
    expect(marek.html.notices.join()).toContain('Saved reply added');
    const ticket = await makeTicket({
      by: employee,
      team: it,
      subject: 'A **bold** [one](http://evil.example)',
    });
    await marek.get(`${marek.path}?ticket=${ticket.number}`);
    expect(marek.html.has(`Hi ${employee.firstName}, about A **bold** [one](http://evil.example)`)).toBe(
      true,
    );
    await marek.get(paths.cannedReplies);
    expect(marek.html.has('Ask for a log')).toBe(true);
    expect(marek.html.has('Users')).toBe(false);
  });

  test('is not there for an employee, and nobody sees what another keeps', async () => {
    const { id } = await createReply(await as(coordinator), {
      ...base,
      name: 'Mine',
      body: 'x',
      scope: 'own',
    });
    await anna.get(paths.cannedReplies);
    expect(anna.status).toBe(404);
    await aisha.get(paths.cannedReply(id));
    expect(aisha.status).toBe(404);
    await kwame.get(paths.cannedReply(id));
    expect(kwame.status).toBe(200);
    await kwame.click('Archive');
    expect(kwame.html.notices.join()).toContain('archived');
    expect((await db('saved_replies').where({ id }).first()).archived_at).not.toBeNull();
    await kwame.click('Bring back Mine');
    expect((await db('saved_replies').where({ id }).first()).archived_at).toBeNull();
  });

  test('everyone’s text is read by a coordinator and not changed', async () => {
    const all = { ...base, name: 'For all', body: 'x', scope: 'everyone', teamId: null } as const;
    const { id } = await createReply(await as(admin), all);
    await marek.get(paths.cannedReply(id));
    expect(marek.html.has('An administrator can change it.')).toBe(true);
    const refused = await post(marek, paths.cannedReplyArchival(id));
    expect(refused.status).toBe(403);
  });
});

describe('on a ticket', () => {
  test('without scripts the text is put behind what was typed', async () => {
    const { id } = await createReply(await as(coordinator), {
      ...base,
      name: 'Router',
      body: 'Hello {{requester.first_name}}',
    });
    const ticket = await makeTicket({ by: employee, team: it });
    await marek.get(paths.ticket(ticket));
    marek.fill({ Message: 'First words' });
    await marek.submit(marek.form({ action: paths.comments(ticket) }), 'Saved replies');
    expect(marek.path).toBe(paths.replies(ticket));
    await marek.click('Use Router');
    expect(marek.path).toBe(paths.ticket(ticket));
    expect(marek.html.find('#reply').text().trim()).toBe(`First words\n\nHello ${employee.firstName}`);
    expect((await db('saved_replies').where({ id }).first()).uses).toBe(1);
  });

  test('the menu is a fragment, and counts without touching the draft', async () => {
    const ticket = await makeTicket({ by: employee, team: it });
    await marek.get(paths.ticket(ticket));
    const menu = await marek.partial(paths.replies(ticket), { target: 'div#canned-list' });
    expect(menu.html.html).toMatch(/^\s*<div id="canned-list"/);
    expect(menu.html.html).toContain('data-insert="Hello');
    expect(menu.html.html).not.toContain('<html');
    const { id } = await db('saved_replies').where({ name: 'Router' }).first();
    const counted = await marek.partial(paths.replyInsertion(ticket, id), { target: 'button', fields: {} });
    expect(counted.status).toBe(204);
    expect(await db('drafts').where({ scope: `ticket:${ticket.id}` })).toEqual([]);
  });

  test('a macro says what it will do, does it, and says when it cannot', async () => {
    const { id } = await createReply(await as(coordinator), {
      ...base,
      name: 'Take over',
      body: 'On it, {{requester.first_name}}',
      actions: { priority: 'high', assignee: 'me', addTags: ['vpn'] },
    });
    const ticket = await makeTicket({ by: employee, team: it });
    await marek.get(paths.macro(ticket, id));
    expect(marek.html.text).toContain('High');
    expect(marek.html.text).toContain(`On it, ${employee.firstName}`);
    expect((await reload(ticket)).priority).toBe('medium');
    await marek.click('Run macro');
    expect(marek.path).toBe(paths.ticket(ticket));
    expect(await reload(ticket)).toMatchObject({
      priority: 'high',
      tags: ['vpn'],
      assigneeId: coordinator.id,
    });
    const wrong = await createReply(await as(coordinator), {
      ...base,
      name: 'Wrong',
      body: '',
      actions: { assignee: stranger.id },
    });
    await marek.get(paths.macro(ticket, wrong.id));
    await marek.click('Run macro');
    expect(marek.status).toBe(422);
    expect(marek.html.alerts.join()).toContain('Choose somebody of the team');
  });

  test('none of it is there for who does not work the ticket', async () => {
    const ticket = await makeTicket({ by: employee, team: it });
    for (const at of [paths.replies(ticket), paths.macro(ticket, 1)]) {
      await anna.get(at);
      expect(anna.status).toBe(404);
      await aisha.get(at);
      expect(aisha.status).toBe(404);
    }
    await anna.get(paths.ticket(ticket));
    expect(anna.html.html).not.toContain('canned');
  });
});
