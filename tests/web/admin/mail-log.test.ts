import { describe, expect, test } from 'vitest';
import { incoming, outgoing } from '../../domain/mail/log-rows.ts';
import { post, testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';

const app = await testApp();
const { db, makeUser, makeTicket, comment, signIn } = app;
const { it, hr, coordinator, stranger, colleague } = await usualPeople(app);
const requester = await makeUser({ firstName: 'Nadia' });
const admin = await signIn(await makeUser({ role: 'admin', firstName: 'Kwame' }));

const idOf = (name: string) => Number(name.replace(/\D+/, ''));
const ticket = await makeTicket({ by: requester, team: it, subject: 'The printer smokes' });
const hrAdmin = await makeUser({ role: 'admin', teams: [hr] });

const HTML = `<html><head><style>p{color:red}</style><meta http-equiv="refresh" content="0;url=https://evil.example"></head><body onload="x()">
<p style="color:green">Smoke <b>everywhere</b></p><script>alert(1)</script><form action="https://evil.example"><input name="x"></form>
<img src="https://tracker.example/pixel.png"><img src="cid:logo"><iframe src="https://evil.example"></iframe></body></html>`;
const RAW = [
  'From: Nadia <nadia@firm.example>',
  'To: support@company.example',
  'Subject: Smoke',
  'X-Secret-Route: relay7',
  'MIME-Version: 1.0',
  'Content-Type: text/html; charset=utf-8',
  '',
  HTML,
].join('\r\n');

const { commentId } = await comment(requester, ticket, { body: 'Smoke everywhere' });
const answer = idOf(
  await incoming(db, {
    fate: 'appended',
    rule: 'reply-address',
    ticket,
    commentId,
    subject: 'Smoke',
    from: 'nadia@firm.example',
    raw: RAW,
  }),
);

async function parked(subject: string) {
  return idOf(
    await incoming(db, { fate: 'parked', rule: 'unknown-sender', subject, from: 'who@else.example' }),
  );
}

describe('the mail log', () => {
  test('shows what needs a person first, each mail with its fate and why, and pages both ways', async () => {
    const first = await parked('Where is my parcel?');
    await admin.get('/admin/mail-log');
    expect(admin.html.has('Needs you')).toBe(true);
    expect(
      admin.html.has(
        'Nobody here has the sender’s address. The mailbox says what is done with mail of unknown senders.',
      ),
    ).toBe(true);
    expect(
      admin.html.has('It was sent to the reply address of the ticket, by somebody the ticket knows.'),
    ).toBe(true);
    await admin.click(/^Parked/);
    expect(admin.path).toBe('/admin/mail-log?fate=parked');
    expect(admin.html.link('Where is my parcel?')).toBe(`/admin/mail-log/in/${first}`);
    for (let n = 0; n < 30; n += 1)
      await incoming(db, {
        fate: 'ignored',
        subject: `Nr ${n}`,
        from: 'm@x.example',
        at: new Date(2020, 1, n + 1),
      });
    await admin.get('/admin/mail-log?fate=ignored');
    await admin.click('Older');
    expect(admin.html.has('Nr 0')).toBe(true);
    await admin.click('Newer');
    expect(admin.html.has('Nr 29')).toBe(true);
  });

  test('names a sender without a name once', async () => {
    await incoming(db, { fate: 'ignored', subject: 'Only an address', from: 'bare@else.example' });
    await admin.get('/admin/mail-log?q=address');
    expect(admin.html.textOf(admin.html.find('#mail-list')).split('bare@else.example')).toHaveLength(2);
  });

  test('keeps its filters in the address, says what an empty answer means, and gives htmx the list alone', async () => {
    await admin.get('/admin/mail-log');
    admin.fill({ 'Words of the subject, or a ticket’s number': 'zebra', Direction: 'In' });
    await admin.click('Show');
    expect(admin.html.has('No mail matches these filters')).toBe(true);
    for (const odd of [
      '?day=2026-02-31',
      '?fate=constructor',
      '?older=x',
      '?older=i1.99999999999999999',
      '?mailbox=a',
      '?newer=o1.1',
      '?q=%26%7C!',
    ]) {
      await admin.get(`/admin/mail-log${odd}`);
      expect(admin.status).toBe(200);
    }
    const part = await admin.partial('/admin/mail-log?direction=in', { target: 'div#mail-list' });
    expect(part.text).not.toContain('<html');
  });
});

test('a common word says how far it was looked for, and leads further back', async () => {
  await db.raw(
    `insert into inbound_mails (source, size, sha256, received_at, fate, subject)
     select 'smtp', 1, 'old' || n, timestamptz '2019-01-01' + n * interval '1 second', 'ignored',
            case when n <= 3000 then 'Gramophone ' || n else 'Nothing' end from generate_series(1, 26000) n`,
  );
  await db.raw('analyze inbound_mails');
  await admin.get('/admin/mail-log?q=gramophone&direction=in');
  expect(admin.html.text).toContain('Nothing among the mails looked at so far');
  expect(admin.html.text).toContain('so far in those since');
  await admin.click('Older');
  expect(admin.html.has('Gramophone 3000')).toBe(true);
  expect(admin.html.text).not.toContain('so far in those since');
  await db('inbound_mails').whereLike('sha256', 'old%').delete();
});

describe('a mail that came in', () => {
  test('and was refused says whether its sender was told, in the list and on its page', async () => {
    const refused = (answer: string) =>
      incoming(db, {
        fate: 'refused',
        rule: 'unknown-sender',
        subject: 'No room for this',
        from: 'who@else.example',
        more: { detail: JSON.stringify({ answer }) },
      });
    const id = idOf(await refused('too-many'));
    await refused('constructor');
    await admin.get('/admin/mail-log?fate=refused');
    const words = 'Its sender was not told: only so many strangers an hour are.';
    expect(admin.html.text).toContain(words);
    await admin.get(`/admin/mail-log/in/${id}`);
    expect(admin.html.text).toContain(words);
    expect(admin.html.text).not.toContain('too-many');
  });

  test('is let in or refused by a press, and the other way is told as a mistake', async () => {
    const id = await parked('Let me in');
    await admin.get('/admin/mail-log?fate=parked');
    await admin.click('Let in: Let me in');
    expect(admin.path).toBe('/admin/mail-log?fate=needs-you');
    const row = await db('inbound_mails').where({ id }).first();
    expect(row.fate).toBe('received');
    expect(row.detail.approved).toBe(true);
    expect(admin.html.has('It is let in, and handled in a moment')).toBe(true);
    const other = await parked('Keep me out');
    await admin.get(`/admin/mail-log/in/${other}`);
    await admin.click('Refuse this mail');
    expect((await db('inbound_mails').where({ id: other }).first()).fate).toBe('refused');
    expect(admin.html.has('Refused')).toBe(true);
  });

  test('is moved by the number of a ticket; a wrong one is told beside what was typed', async () => {
    const id = await parked('Move me');
    await admin.get(`/admin/mail-log/in/${id}`);
    admin.form('Move this mail').fill({ 'Number of the ticket': 'abc' });
    await admin.click('Move this mail');
    expect(admin.status).toBe(422);
    expect(admin.html.has('Enter the number of a ticket, like 1042')).toBe(true);
    expect(admin.html.find('#f-number').attr('value')).toBe('abc');
    admin.form('Move this mail').fill({ 'Number of the ticket': `#${ticket.number}` });
    await admin.click('Move this mail');
    expect((await db('inbound_mails').where({ id }).first()).detail.moveTo).toBe(ticket.id);
    expect(admin.html.has('Moved it to another ticket')).toBe(true);
  });

  test('that was fetched has no envelope to show', async () => {
    const id = idOf(await incoming(db, { fate: 'ignored', from: 'f@x.example', more: { source: 'imap' } }));
    await admin.get(`/admin/mail-log/in/${id}`);
    expect(admin.html.has('Fetched from the mailbox')).toBe(true);
    expect(admin.html.has('Envelope')).toBe(false);
  });

  test('shows headers, reading and source; its HTML in a document that can do nothing', async () => {
    await admin.get(`/admin/mail-log/in/${answer}`);
    expect(admin.html.has('x-secret-route')).toBe(true);
    expect(admin.html.html).not.toContain('alert(1)');
    const original = await admin.request(`/admin/mail-log/in/${answer}/original`);
    expect(original.headers['content-security-policy']).toBe(
      "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'",
    );
    expect(original.headers['referrer-policy']).toBe('no-referrer');
    expect(original.text).toContain('everywhere');
    for (const gone of ['<script', 'onload', '<form', '<meta http-equiv', '<iframe', 'tracker.example'])
      expect(original.text).not.toContain(gone);
    const shown = await admin.request(`/admin/mail-log/in/${answer}/original?pictures=1`);
    expect(shown.headers['content-security-policy']).toContain('img-src https: http:');
    expect(shown.headers['content-security-policy']).toContain('sandbox');
    expect(shown.text).toContain('https://tracker.example/pixel.png');
    const source = await admin.request(`/admin/mail-log/in/${answer}/source`);
    expect(source.headers['content-type']).toBe('message/rfc822');
    expect(source.headers['content-disposition']).toBe(`attachment; filename="mail-${answer}.eml"`);
    expect(source.headers['x-content-type-options']).toBe('nosniff');
    expect(source.text).toBe(RAW);
  });

  test('is of who works its ticket: the team reads it and may decide nothing, for anybody else it is not there', async () => {
    const desk = await signIn(coordinator);
    await desk.get(`/admin/mail-log/in/${answer}`);
    expect(desk.status).toBe(200);
    expect(desk.html.has('Move it to another ticket')).toBe(false);
    expect((await desk.request('/admin/mail-log')).status).toBe(404);
    expect((await post(desk, `/admin/mail-log/in/${answer}/move`, { number: '1' })).status).toBe(404);
    const none = await parked('Nobody’s');
    for (const who of [stranger, colleague, requester].map(person => signIn(person))) {
      const visitor = await who;
      for (const at of ['', '/original', '/source'].flatMap(end => [
        `in/${answer}${end}`,
        `in/${none}${end}`,
      ]))
        expect((await visitor.request(`/admin/mail-log/${at}`)).status).toBe(404);
      expect((await visitor.request(`/tickets/${ticket.number}/comments/${commentId}/mail`)).status).toBe(
        404,
      );
    }
    expect((await desk.request(`/admin/mail-log/in/${none}`)).status).toBe(404);
  });
});

describe('a mail that went out', () => {
  test('and is sent again, from its page or that of the jobs, is no longer one that came back', async () => {
    const refused = async () => {
      const bounced = { bounced_at: new Date(), bounce: JSON.stringify({ reason: 'userunknown' }) };
      return idOf(
        await outgoing(db, { to: await makeUser(), columns: { state: 'failed', attempts: 1, ...bounced } }),
      );
    };
    const [one, other] = [await refused(), await refused()];
    await admin.get(`/admin/mail-log/out/${one}`);
    expect(admin.html.has('It was refused: nobody has this address')).toBe(true);
    await admin.click('Send it now');
    expect((await post(admin, `/admin/jobs/mail/${other}/retry`)).status).toBe(303);
    const rows = await db('deliveries').whereIn('id', [one, other]).select('state', 'bounced_at', 'bounce');
    const again = { state: 'pending', bounced_at: null, bounce: null };
    expect(rows).toEqual([again, again]);
    await db('deliveries').where({ id: one }).update({ state: 'sent' });
    await admin.get(`/admin/mail-log/out/${one}`);
    expect(admin.html.find('#fate-h').text().trim()).toBe('Sent');
  });

  test('and waits for the end of somebody’s quiet hours says so', async () => {
    const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000);
    const waiting = { state: 'pending', next_attempt_at: inHours(9) };
    const id = idOf(await outgoing(db, { to: await makeUser(), columns: waiting }));
    await admin.get(`/admin/mail-log/out/${id}`);
    expect(admin.html.has('It waits for the end of their quiet hours: it is sent in 9 hours.')).toBe(true);
    await db('deliveries')
      .where({ id })
      .update({ next_attempt_at: inHours(0.01) });
    await admin.get(`/admin/mail-log/out/${id}`);
    expect(admin.html.html).not.toContain('quiet hours');
  });

  test('is sent again by a press, and a marked address is cleared', async () => {
    const who = await makeUser();
    const id = idOf(
      await outgoing(db, {
        to: who,
        columns: { state: 'failed', attempts: 33, last_error: '550 5.1.1 no such user' },
      }),
    );
    await db('mail_addresses').insert({
      address: who.email,
      hard_bounces: 3,
      undeliverable_since: new Date(),
    });
    await admin.get(`/admin/mail-log/out/${id}`);
    expect(admin.html.has('550 5.1.1 no such user')).toBe(true);
    await admin.click('Send to it again');
    expect(await db('mail_addresses').where({ address: who.email }).first('undeliverable_since')).toEqual({
      undeliverable_since: null,
    });
    await admin.click('Send it now');
    expect(await db('deliveries').where({ id }).first('state', 'attempts')).toEqual({
      state: 'pending',
      attempts: 0,
    });
    expect(admin.html.has('Sent it again')).toBe(true);
  });

  test('never shows what stood in a mail about an account: its link would let its reader in', async () => {
    const message = {
      subject: 'Set a password',
      text: 'https://x/password-reset/s3cr3t',
      from: 'a@b',
      html: '',
      headers: {},
    };
    const id = idOf(
      await outgoing(db, { to: requester, columns: { state: 'sent', message: JSON.stringify(message) } }),
    );
    await admin.get(`/admin/mail-log/out/${id}`);
    expect(admin.status).toBe(200);
    expect(admin.html.html).not.toContain('s3cr3t');
  });
});

describe('on the ticket', () => {
  const html =
    '<p>Smoke <b>everywhere</b></p><script>alert(1)</script><p style="color:red" id="x" hx-get="/x"><img src="cid:logo@x"><img src="cid:other"><img data-src="https://tracker.example/p.png"><img src="/attachments/999999"></p>';
  test('a message by mail shows its HTML cleaned, its own pictures in place, none from elsewhere, its quote folded', async () => {
    await db('comment_mails').insert({
      comment_id: commentId,
      mail_id: answer,
      html,
      quoted_text: 'On Monday you wrote:\n> Hello <b>',
      has_remote_images: true,
    });
    await db('inbound_mails')
      .where({ id: answer })
      .update({
        detail: JSON.stringify({
          labels: ['signed'],
          calendar: {
            ...{ summary: 'Stand-up', location: 'Maas' },
            ...{ start: '2026-03-02T09:00:00Z', end: '2026-03-02T09:15:00Z' },
          },
        }),
      });
    const file = {
      ticket_id: ticket.id,
      comment_id: commentId,
      uploader_id: requester.id,
      size: 1,
      sha256: 'x',
      content_type: 'image/png',
    };
    const [logo] = await db('attachments')
      .insert({ ...file, storage_key: 'k1', filename: 'logo.png', content_id: 'logo@x' })
      .returning('id');
    const reader = await signIn(requester);
    await reader.get(`/tickets/${ticket.number}`);
    const message = reader.html.find(`#c${commentId}`);
    expect(message.find('.mail-body b').text()).toBe('everywhere');
    expect(message.find('.mail-body img').length).toBe(1);
    expect(message.find('.mail-body img').attr('src')).toBe(`/attachments/${logo.id}`);
    expect(message.find('.mail-body').html()).not.toMatch(/script|style=|id=|hx-|tracker/);
    expect(message.text()).toContain('by email');
    expect(message.text()).toContain('Signed');
    expect(reader.html.textOf(message)).toMatch(/Stand-up ?2 March 2026, \d\d:00 – \d\d:15 · Maas/);
    expect(message.find('details.quoted pre').text()).toContain('> Hello <b>');
    expect(message.find('a[href*="mail-log"]').length).toBe(0);
    expect(message.text()).not.toContain('logo.png');
    await reader.click('Show pictures');
    expect(reader.path).toBe(`/tickets/${ticket.number}?pictures=${commentId}`);
    const frame = reader.html.find(`#c${commentId} iframe`);
    expect(frame.attr('sandbox')).toBe('');
    const shown = await reader.request(frame.attr('src') ?? '');
    expect(shown.headers['content-security-policy']).toContain("sandbox; default-src 'none'");
    expect(shown.text).toContain('https://tracker.example/p.png');
    expect(shown.text).not.toContain('<script');
  });

  test('who works it downloads the original and reads whom a message went to, and who was not reached', async () => {
    const said = await comment(coordinator, ticket, { body: 'Unplug it' });
    await outgoing(db, {
      commentId: said.commentId,
      to: requester,
      columns: {
        state: 'sent',
        bounced_at: new Date(),
        bounce: JSON.stringify({ reason: 'mailboxfull', status: '5.2.2' }),
      },
    });
    const desk = await signIn(coordinator);
    await desk.get(`/tickets/${ticket.number}`);
    expect(desk.html.find(`#c${commentId} a[download]`).attr('href')).toContain(
      `/admin/mail-log/in/${answer}/source`,
    );
    expect(desk.html.textOf(desk.html.find(`#c${said.commentId}`))).toContain('Nadia');
    expect(desk.html.textOf(desk.html.find(`#c${said.commentId}`))).toContain('came back');
    const reader = await signIn(requester);
    await reader.get(`/tickets/${ticket.number}`);
    expect(reader.html.html).not.toContain('came back');
    expect(reader.html.html).not.toContain('sent-to');
  });

  test('files that were not taken are named below HTML to everybody who reads the message; a text names them itself', async () => {
    const { commentId: id } = await comment(requester, ticket, { body: 'See the files' });
    const detail = JSON.stringify({ filesLeft: ['setup.exe', 'film <b>.mov'] });
    const mail = idOf(
      await incoming(db, {
        fate: 'appended',
        ticket,
        commentId: id,
        from: 'nadia@firm.example',
        more: { detail },
      }),
    );
    await db('comment_mails').insert({ comment_id: id, mail_id: mail, html: '<p>See the <b>files</b></p>' });
    const said = 'Files that are only in the original mail: setup.exe, film <b>.mov';
    for (const who of [requester, coordinator]) {
      const reader = await signIn(who);
      await reader.get(`/tickets/${ticket.number}`);
      expect(reader.html.textOf(reader.html.find(`#c${id}`))).toContain(said);
    }
    await db('comment_mails').where({ comment_id: id }).update({ html: null });
    const reader = await signIn(requester);
    await reader.get(`/tickets/${ticket.number}`);
    expect(reader.html.textOf(reader.html.find(`#c${id}`))).not.toContain(said);
  });

  test('a note by mail is in no document of who must not read it', async () => {
    const note = await comment(coordinator, ticket, { kind: 'note', body: 'xylonote' });
    const mail = idOf(
      await incoming(db, {
        fate: 'appended',
        ticket,
        commentId: note.commentId,
        subject: 'Re',
        from: coordinator.email,
        raw: 'Subject: Re\r\n\r\nxylonote\r\n',
      }),
    );
    await db('comment_mails').insert({
      comment_id: note.commentId,
      mail_id: mail,
      html: '<p>xylonote</p>',
      quoted_text: 'xyloquote',
    });
    const own = await makeTicket({ by: hrAdmin, team: it });
    const ownNote = await comment(coordinator, own, { kind: 'note', body: 'xyloown' });
    const ownMail = idOf(
      await incoming(db, {
        fate: 'appended',
        ticket: own,
        commentId: ownNote.commentId,
        subject: 'xyloown',
        from: 'a@b.example',
        raw: 'Subject: xyloown\r\n\r\nxyloown\r\n',
      }),
    );
    await db('comment_mails').insert({
      comment_id: ownNote.commentId,
      mail_id: ownMail,
      html: '<p>xyloown</p>',
    });
    const people = [
      [await signIn(requester), 'xylonote'],
      [await signIn(stranger), 'xylonote'],
      [await signIn(hrAdmin), 'xyloown'],
    ] as const;
    for (const [visitor, word] of people) {
      const pages = [
        `/tickets/${ticket.number}`,
        `/tickets/${own.number}`,
        '/admin/mail-log',
        '/admin/mail-log?q=xylo',
      ];
      const parts = [
        [ticket, note],
        [own, ownNote],
      ].flatMap(([t, c]) => [
        `/tickets/${(t as typeof ticket).number}/comments/${(c as typeof note).commentId}/mail`,
      ]);
      const mails = [mail, ownMail].flatMap(id => [
        `/admin/mail-log/in/${id}`,
        `/admin/mail-log/in/${id}/source`,
        `/admin/mail-log/in/${id}/original`,
      ]);
      for (const at of [...pages, ...parts, ...mails]) {
        const reply = await visitor.request(at);
        expect(reply.text, at).not.toContain(word);
      }
    }
    const desk = await signIn(coordinator);
    expect((await desk.request(`/tickets/${ticket.number}/comments/${note.commentId}/mail`)).text).toContain(
      'xylonote',
    );
  });
});
