import { describe, expect, test } from 'vitest';
import { releaseReplies } from '../../../src/domain/tickets/releasing.ts';
import { paths } from '../../../src/paths.ts';
import { testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';
import { file } from '../../support/visitor.ts';

const app = await testApp();
const { db, signIn, makeTicket, reload, comment, system } = app;
const { it, employee, colleague, coordinator, stranger, admin } = await usualPeople(app);
await db('users').where({ id: coordinator.id }).update({ hold_seconds: 8 });
const marek = await signIn(coordinator);
const kwame = await signIn(admin);
const anna = await signIn(employee);
const aisha = await signIn(stranger);
const raise = () => makeTicket({ by: employee, team: it });
const release = async () => {
  await db('held_replies').update({ release_at: db.raw(`now() - interval '1 second'`) });
  await releaseReplies(await system());
};
const send = /^Send and wait/;

describe('a held reply', () => {
  test('is shown to the desk with Undo for its author, and is nowhere for the requester', async () => {
    const ticket = await raise();
    await db('ticket_watchers').insert({ ticket_id: ticket.id, user_id: stranger.id });
    await marek.get(paths.ticket(ticket));
    marek.fill({ Message: 'Zanzibar secret', 'Attach files': [file('held.txt', 'words')] });
    await marek.click(send);
    expect(marek.path).toBe(paths.ticket(ticket));
    expect(marek.html.has('Zanzibar secret')).toBe(true);
    expect(marek.html.text).toMatch(/Sending in \d seconds/);
    await kwame.get(paths.ticket(ticket));
    expect(kwame.html.has('Zanzibar secret')).toBe(true);
    expect(kwame.html.find('#thread').text()).not.toContain('Undo');
    const upload = await db('attachments').where({ filename: 'held.txt' }).first('id');
    for (const who of [anna, aisha]) {
      for (const at of ['/tickets', '/search?q=Zanzibar', '/notifications', '/', paths.ticket(ticket)]) {
        await who.get(at);
        expect(who.html.html.replace(/value="Zanzibar"/g, ''), at).not.toContain('Zanzibar secret');
        expect(who.html.html).not.toContain('held.txt');
      }
      expect((await who.request(paths.held(ticket))).status).toBe(403);
      expect((await who.request(paths.attachment(upload.id))).status).toBe(404);
    }
    expect(
      await db('deliveries')
        .join('events', 'events.id', 'event_id')
        .where({ comment_id: null, ticket_id: ticket.id, type: 'reply.added' }),
    ).toEqual([]);
    await release();
    await anna.get(paths.ticket(ticket));
    expect(anna.html.has('Zanzibar secret')).toBe(true);
    expect(await reload(ticket)).toMatchObject({ status: 'on-hold', waitingOn: 'requester' });
  });

  test('comes back into the message field with its files', async () => {
    const ticket = await raise();
    await marek.get(paths.ticket(ticket));
    marek.fill({ Message: 'Not yet', 'Attach files': [file('back.txt', 'words')] });
    await marek.click(send);
    await marek.click('Undo');
    expect(marek.html.notices.join()).toContain('Not sent');
    expect(marek.html.find('#reply').text().trim()).toBe('Not yet');
    expect(marek.html.has('back.txt')).toBe(true);
    await marek.click(send);
    await release();
    const said = await db('comments').where({ ticket_id: ticket.id, body: 'Not yet' }).first('id');
    expect(await db('attachments').where({ comment_id: said.id })).toHaveLength(1);
  });

  test('that is out already says so', async () => {
    const ticket = await raise();
    await marek.get(paths.ticket(ticket));
    marek.fill({ Message: 'Gone' });
    await marek.click(send);
    await release();
    await marek.click('Undo');
    expect(marek.html.text).toContain('It was sent already');
  });

  test('is drawn anew for htmx when its time has come, without the composer', async () => {
    const ticket = await raise();
    await marek.get(paths.ticket(ticket));
    marek.fill({ Message: 'Soon' });
    await marek.click(send);
    const before = await marek.partial(paths.held(ticket), { target: 'div' });
    expect(before.html.html).toContain('Sending in');
    expect(before.html.html).not.toContain('ticket-head');
    await release();
    const after = await marek.partial(paths.held(ticket), { target: 'div' });
    expect(after.html.html).toContain('#ticket-head');
    expect(after.html.html).not.toContain('id="composer"');
  });
});

describe('who sends on an older page', () => {
  test('is shown what came, keeps what was typed, and may send anyway', async () => {
    const ticket = await raise();
    await kwame.get(paths.ticket(ticket));
    await comment(employee, ticket, { body: 'One more thing' });
    kwame.fill({ Message: 'My answer' });
    await kwame.click(send);
    expect(kwame.status).toBe(422);
    expect(kwame.html.find('.composer-asked').text()).toContain('One more thing');
    expect(kwame.html.find('#reply').text().trim()).toBe('My answer');
    await kwame.click(/^Send anyway/);
    expect(kwame.status).toBe(200);
    expect(await db('comments').where({ ticket_id: ticket.id, body: 'My answer' })).toHaveLength(1);
  });

  test('is not asked about what they wrote themselves', async () => {
    const ticket = await raise();
    await kwame.get(paths.ticket(ticket));
    await comment(admin, ticket, { body: 'Me too' });
    kwame.fill({ Message: 'Again' });
    await kwame.click(send);
    expect(kwame.status).toBe(200);
  });
});

describe('the message field', () => {
  test('shows how a text will look, with and without scripts', async () => {
    const ticket = await raise();
    await marek.get(paths.ticket(ticket));
    marek.fill({ Message: '**Bold** <b>not</b>' });
    await marek.submit(marek.form({ action: paths.comments(ticket) }), 'Preview');
    expect(marek.html.find('#reply-preview strong').text()).toBe('Bold');
    expect(marek.html.find('#reply').text().trim()).toBe('**Bold** <b>not</b>');
    const drawn = await marek.partial(paths.messagePreview(ticket), {
      target: 'div#reply-preview',
      fields: { body: '_x_' },
    });
    expect(drawn.html.html).toContain('<em>x</em>');
    expect(drawn.html.html).not.toContain('<html');
  });

  test('quotes a message, as far as one may read it', async () => {
    const ticket = await raise();
    const { commentId } = await comment(coordinator, ticket, { kind: 'note', body: 'Line one\nline two' });
    await marek.get(`${paths.ticket(ticket)}?quote=${commentId}`);
    expect(marek.html.find('#reply').text().trim()).toBe('> Line one\n> line two');
    await anna.get(`${paths.ticket(ticket)}?quote=${commentId}`);
    expect(anna.html.html).not.toContain('Line one');
  });

  test('offers the colleagues who work the ticket, to them alone', async () => {
    const ticket = await raise();
    await marek.get(paths.ticket(ticket));
    const list = await marek.partial(`${paths.colleagues(ticket)}?q=kw`, { target: 'ul#mentions' });
    expect(list.html.html).toContain('data-mention="Kwame');
    const none = await marek.partial(`${paths.colleagues(ticket)}?q=ais`, { target: 'ul#mentions' });
    expect(none.html.html).not.toContain('data-mention');
    expect((await anna.request(paths.colleagues(ticket))).status).toBe(403);
    expect(colleague.id).toBeGreaterThan(0);
  });
});

describe('a note of one’s own', () => {
  test('is edited and shows that it was; its history is the desk’s', async () => {
    const ticket = await raise();
    const { commentId } = await comment(coordinator, ticket, { kind: 'note', body: 'First words' });
    await marek.get(paths.ticket(ticket));
    await marek.click('Edit');
    marek.fill({ 'Internal note': '' });
    await marek.click('Save changes');
    expect(marek.status).toBe(422);
    marek.fill({ 'Internal note': 'Better words' });
    await marek.click('Save changes');
    expect(marek.html.has('Better words')).toBe(true);
    await marek.click('edited');
    expect(marek.html.has('First words')).toBe(true);
    for (const at of [paths.note(ticket, commentId), paths.noteHistory(ticket, commentId)]) {
      expect((await anna.request(at)).status).toBe(403);
      expect((await aisha.request(at)).status).toBe(404);
    }
    expect((await kwame.request(paths.note(ticket, commentId))).status).toBe(403);
    expect((await kwame.request(paths.noteHistory(ticket, commentId))).status).toBe(200);
  });
});
