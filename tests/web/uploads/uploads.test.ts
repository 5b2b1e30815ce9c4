import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { drawThumbnails } from '../../../src/jobs/make-thumbnails.ts';
import { paths } from '../../../src/paths.ts';
import { post, testApp, tokenOf } from '../../support/app.ts';
import { eventually } from '../../support/eventually.ts';
import { usualPeople } from '../../support/factories.ts';
import { expectInvariants } from '../../support/invariants.ts';
import { file, type Visitor } from '../../support/visitor.ts';

const app = await testApp();
const { db, clock, signIn, makeTicket, makeUser, makeCategory, comment, upload } = app;
const { it, employee, colleague, coordinator, stranger } = await usualPeople(app);
await makeCategory({ team: it, name: 'Scanners' });
const anna = await signIn(employee);
const marek = await signIn(coordinator);

const picture = (format: 'png' | 'jpeg') =>
  sharp({ create: { width: 40, height: 30, channels: 3, background: '#336699' } })
    .withExif({ IFD0: { Copyright: 'Jonas at home' }, IFD3: { GPSLatitude: '52/1 22/1 0/1' } })
    [format]()
    .toBuffer();
const png = await picture('png');
const jpeg = await picture('jpeg');
const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
const html = '<!doctype html><script>alert(1)</script>';
const zip = Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(60)]);

async function send(who: Visitor, ...files: File[]) {
  await who.get('/tickets/new');
  who.fill({
    'What is it about?': 'Scanners',
    Subject: 'With files',
    'What happened?': 'The text that must not be lost',
    'Photos or files (optional)': files,
  });
  await who.click('Send ticket');
  return (await db('attachments').orderBy('id', 'desc').first()) as {
    id: number;
    filename: string;
    content_type: string;
    storage_key: string;
  };
}
const bytesOf = (row: { storage_key: string }) =>
  readFileSync(path.join(app.config.filesDir, row.storage_key));
const incoming = () => readdirSync(path.join(app.config.filesDir, 'incoming'));

describe('a file is what it contains, not what it is called', () => {
  test('a picture called text is a picture', async () => {
    const row = await send(anna, file('holiday.txt', png, 'text/plain'));
    expect(anna.status).toBe(200);
    expect(row).toMatchObject({
      filename: 'holiday.txt',
      content_type: 'image/png',
      thumbnail_state: 'wanted',
    });
  });

  test.each([
    ['page.png', html, 'image/png'],
    ['page.html', html, 'text/html'],
    ['drawing.svg', svg, 'image/svg+xml'],
    ['drawing.png', svg, 'image/png'],
    ['program.txt', Buffer.from('4d5a90000300000004000000ffff0000b8', 'hex'), 'text/plain'],
    ['program.pdf', '#!/bin/sh\nrm -rf /', 'application/pdf'],
    ['bundle.zip', zip, 'application/zip'],
    ['half.png', png.subarray(0, 60), 'image/png'],
    ['no-ending', 'plain words', 'text/plain'],
  ])('%s is refused, and what was typed stays', async (name, bytes, type) => {
    const before = (await db('attachments').count('* as n').first())?.n;
    await send(anna, file(name, bytes, type));
    expect(anna.status).toBe(422);
    expect(anna.html.alerts.join()).toContain('is not a kind of file we take');
    expect(anna.form('Send ticket').values.body).toBe('The text that must not be lost');
    expect((await db('attachments').count('* as n').first())?.n).toBe(before);
  });

  test.each([
    ['jpeg', jpeg],
    ['png', png],
  ])('place, device and owner are gone from a %s', async (format, bytes) => {
    expect((await sharp(bytes).metadata()).exif).toBeDefined();
    const row = await send(anna, file(`home.${format}`, bytes, `image/${format}`));
    const kept = await sharp(bytesOf(row)).metadata();
    expect(kept).toMatchObject({ format, width: 40, height: 30 });
    expect(kept.exif).toBeUndefined();
    expect(bytesOf(row).includes('Jonas at home')).toBe(false);
  });

  test('a name loses folders, control and direction characters and keeps its letters', async () => {
    const row = await send(anna, file('..\\..\\etc/pass\u202Egnp  größe 图.txt', 'x'));
    expect(row.filename).toBe('pass gnp größe 图.txt');
    expect(row.storage_key).toMatch(/^[0-9a-f]{2}\/[0-9a-f]{2}\/[0-9a-f-]{36}$/);
  });
});

describe('limits', () => {
  test('an empty file is named, so that nobody thinks it was sent', async () => {
    await send(anna, file('empty.txt', ''));
    expect(anna.status).toBe(422);
    expect(anna.html.alerts.join()).toContain('empty.txt is empty');
  });

  test('a file that is too large is named, the others and the text are kept', async () => {
    await app.set({ maxFileMegabytes: 1 });
    await send(anna, file('huge.txt', 'x'.repeat(1_000_001)), file('small.txt', 'small'));
    expect(anna.status).toBe(422);
    expect(anna.html.alerts.join()).toContain('huge.txt is over the 1 MB limit');
    expect(anna.html.has('small.txt')).toBe(true);
    expect(anna.form('Send ticket').values).toMatchObject({
      subject: 'With files',
      body: 'The text that must not be lost',
    });
    await app.set({ maxFileMegabytes: 10 });
  });

  test.each([6, 40])('%i files are too many: the first five and the text are kept', async n => {
    await send(anna, ...Array.from({ length: n }, (_, i) => file(`${i}.txt`, 'x')));
    expect(anna.status).toBe(422);
    expect(anna.html.alerts.join()).toContain('Attach at most 5 files');
    expect(anna.form('Send ticket').values.body).toBe('The text that must not be lost');
    await anna.click('Send ticket');
    const row = await db('attachments').orderBy('id', 'desc').first();
    expect(await db('attachments').where({ ticket_id: row.ticket_id })).toHaveLength(5);
  });

  test('how many in a minute is limited too', async () => {
    const strict = await testApp({ env: { LIMIT_UPLOADS_PERSON: '3' } });
    await strict.makeCategory({ name: 'Scanners' });
    const someone = await strict.signIn(await strict.makeUser());
    await someone.get('/tickets/new');
    someone.fill({ 'Photos or files (optional)': [1, 2, 3, 4].map(n => file(`${n}.txt`, 'x')) });
    await someone.click('Send ticket');
    expect(someone.status).toBe(429);
  });

  test('nothing stays in the folder where files arrive, also when the sender hangs up', async () => {
    await eventually(() => incoming().length === 0);
    await anna.get('/tickets/new');
    const { hostname, port } = new URL(anna.origin);
    const socket = connect(Number(port), hostname);
    const cookie = [...anna.cookies].map(pair => pair.join('=')).join('; ');
    socket.write(
      `POST /tickets HTTP/1.1\r\nHost: ${hostname}:${port}\r\nCookie: ${cookie}\r\nX-CSRF-Token: ${tokenOf(anna)}\r\n` +
        `Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 900000\r\n\r\n` +
        `--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n${'x'.repeat(100_000)}`,
    );
    await eventually(() => incoming().length > 0);
    socket.destroy();
    await eventually(() => incoming().length === 0);
  });
});

describe('forms with files', () => {
  const multipart = (
    who: Visitor,
    fields: [string, string | File][],
    headers: Record<string, string> = {},
  ) => {
    const data = new FormData();
    for (const [name, value] of fields) data.append(name, value);
    const response = new Response(data);
    return response.arrayBuffer().then(body =>
      who.request('/tickets', {
        method: 'POST',
        headers: {
          'content-type': response.headers.get('content-type') ?? '',
          origin: who.origin,
          ...headers,
        },
        body: Buffer.from(body),
      }),
    );
  };
  const fields = (token: string): [string, string | File][] => [
    ['_csrf', token],
    ['subject', 'S'],
    ['body', 'B'],
    ['files', file('a.txt', 'x')],
  ];
  const rows = async () => (await db('attachments').count('* as n').first())?.n;

  test('need their token like any other, and nothing is stored without it', async () => {
    await anna.get('/tickets/new');
    const before = await rows();
    expect((await multipart(anna, fields('wrong'))).status).toBe(403);
    expect((await multipart(anna, fields('').slice(1))).status).toBe(403);
    expect((await multipart(anna, fields(tokenOf(anna)), { origin: 'https://evil.example' })).status).toBe(
      403,
    );
    expect((await multipart(anna, fields(tokenOf(anna)), { 'sec-fetch-site': 'cross-site' })).status).toBe(
      403,
    );
    expect(await rows()).toBe(before);
    await eventually(() => incoming().length === 0);
  });

  test('cannot change the method, nor bring a file under another name', async () => {
    await anna.get('/tickets/new');
    const sly = await multipart(anna, [...fields(tokenOf(anna)), ['_method', 'DELETE']]);
    expect(sly.status).toBe(422);
    expect(
      (
        await multipart(anna, [
          ['_csrf', tokenOf(anna)],
          ['photo', file('a.txt', 'x')],
        ])
      ).status,
    ).toBe(400);
  });

  test('are taken by the routes that expect files only', async () => {
    const ticket = await makeTicket({ by: employee, team: it });
    await anna.get(paths.ticket(ticket));
    const response = new Response(
      (() => {
        const data = new FormData();
        data.append('_csrf', tokenOf(anna));
        return data;
      })(),
    );
    const reply = await anna.request(paths.withdrawal(ticket), {
      method: 'POST',
      headers: { 'content-type': response.headers.get('content-type') ?? '', origin: anna.origin },
      body: Buffer.from(await response.arrayBuffer()),
    });
    expect(reply.status).toBe(403);
  });

  test('take no upload of another person, and no one’s twice', async () => {
    const ticket = await makeTicket({ by: employee, team: it });
    await anna.get(paths.ticket(ticket));
    const foreign = await upload(colleague, 'secret-plan.txt', 'secret');
    const reply = await post(anna, paths.comments(ticket), { body: 'x', uploads: String(foreign.id) });
    expect(reply.status).toBe(422);
    expect(reply.text).not.toContain('secret-plan');
    expect((await anna.request(paths.attachment(foreign.id))).status).toBe(404);
    expect((await db('attachments').where({ id: foreign.id }).first()).ticket_id).toBeNull();
    const own = await upload(employee, 'own.txt', 'own');
    expect((await post(anna, paths.comments(ticket), { body: 'x', uploads: String(own.id) })).status).toBe(
      303,
    );
    expect((await post(anna, paths.comments(ticket), { body: 'y', uploads: String(own.id) })).status).toBe(
      422,
    );
  });
});

describe('a file leaves', () => {
  const linkOf = async (who: Visitor, id: number) => {
    const reply = await who.request(paths.attachment(id));
    return reply.status === 302 ? String(reply.headers.location) : `${reply.status}`;
  };
  async function noteFile() {
    const ticket = await makeTicket({ by: employee, team: it });
    const file = await upload(coordinator, 'salaries.txt', 'canary');
    await comment(coordinator, ticket, { kind: 'note', uploadIds: [file.id] });
    return { ticket, file };
  }
  async function replyFile(filename = 'log.txt') {
    const ticket = await makeTicket({ by: employee, team: it });
    const file = await upload(employee, filename, 'content');
    await comment(employee, ticket, { uploadIds: [file.id] });
    return { ticket, file };
  }

  test('as a download in a sandbox, whatever its name', async () => {
    const { file } = await replyFile('größe "1" 图纸 100%.txt');
    const reply = await marek.request(await linkOf(marek, file.id));
    expect(reply.status).toBe(200);
    expect(reply.text).toBe('content');
    expect(reply.headers).toMatchObject({
      'content-type': expect.stringMatching(/^text\/plain/),
      'content-length': '7',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining('sandbox'),
      'cache-control': 'no-store',
    });
    const disposition = String(reply.headers['content-disposition']);
    expect(disposition).toMatch(/^attachment; filename="[\w.() %-]*"; filename\*=UTF-8''/);
    expect(decodeURIComponent(disposition.split("''")[1] ?? '')).toBe('größe 1 图纸 100%.txt');
  });

  test('to who may see its message; of a note to who works the ticket, as if it were not there for others', async () => {
    const { ticket, file } = await noteFile();
    await db('ticket_watchers').insert({ ticket_id: ticket.id, user_id: colleague.id });
    const far = await signIn(await makeUser({ role: 'admin' }));
    expect(await linkOf(marek, file.id)).toMatch(/^\/attachments\/signed\//);
    expect(await linkOf(far, file.id)).toMatch(/^\/attachments\/signed\//);
    for (const who of [anna, await signIn(colleague), await signIn(stranger)]) {
      expect(await linkOf(who, file.id)).toBe('404');
      expect((await who.request(paths.thumbnail(file.id))).status).toBe(404);
    }
    const { file: open } = await replyFile();
    expect(await linkOf(anna, open.id)).toMatch(/^\/attachments\/signed\//);
    expect(await linkOf(await signIn(stranger), open.id)).toBe('404');
  });

  test('by a link that lasts 300 seconds, for this file and nobody who was suspended meanwhile', async () => {
    const { file } = await replyFile();
    const other = await replyFile();
    const leaver = await makeUser({ role: 'coordinator', teams: [it] });
    const link = await linkOf(await signIn(leaver), file.id);
    const nobody = await app.visitor();
    expect((await nobody.request(link)).status).toBe(200);
    clock.advance({ seconds: 299 });
    expect((await nobody.request(link)).status).toBe(200);
    const [id, who, until, signature] = link.split('/').at(-1)!.split('.');
    for (const forged of [
      [other.file.id, who, until, signature],
      [id, coordinator.id, until, signature],
      [id, who, Number(until) + 600, signature],
      [id, who, until, `${signature}x`],
      [id, who, until],
      ['', '', '', ''],
    ])
      expect((await nobody.request(`/attachments/signed/${forged.join('.')}`)).status).toBe(404);
    await db('users').where({ id: leaver.id }).update({ status: 'suspended' });
    expect((await nobody.request(link)).status).toBe(404);
    await db('users').where({ id: leaver.id }).update({ status: 'active' });
    clock.advance({ seconds: 2 });
    expect((await nobody.request(link)).status).toBe(404);
  });

  test('not once the person lost the ticket, though the link is young', async () => {
    const { ticket, file } = await replyFile();
    await db('ticket_watchers').insert({ ticket_id: ticket.id, user_id: colleague.id });
    const link = await linkOf(await signIn(colleague), file.id);
    expect((await anna.request(link)).status).toBe(200);
    await db('ticket_watchers').where({ ticket_id: ticket.id }).delete();
    expect((await anna.request(link)).status).toBe(404);
  });

  test('a picture also as a small one, made of it anew', async () => {
    const ticket = await makeTicket({ by: employee, team: it });
    const shot = await upload(employee, 'shot.png', png);
    await comment(employee, ticket, { uploadIds: [shot.id] });
    expect((await anna.request(paths.thumbnail(shot.id))).status).toBe(404);
    await drawThumbnails({ ctx: await app.system(), touch: async () => {}, goOn: () => true } as never);
    const reply = await anna.request(paths.thumbnail(shot.id));
    expect(reply.headers['content-type']).toBe('image/webp');
    expect((await sharp(reply.body).metadata()).format).toBe('webp');
    await anna.get(paths.ticket(ticket));
    expect(anna.html.find(`img[src="${paths.thumbnail(shot.id)}"]`)).toHaveLength(1);
  });

  test('an absent file, one whose bytes are gone and an odd number are the same 404', async () => {
    const { file } = await replyFile();
    const row = await db('attachments').where({ id: file.id }).first();
    await app.services.storage.remove(row.storage_key);
    expect((await anna.request(await linkOf(anna, file.id))).status).toBe(404);
    await db('attachments').where({ id: file.id }).update({ redacted_at: new Date() });
    for (const odd of ['999999', '0', 'abc', '-1', '99999999999999999999', file.id])
      expect((await anna.request(`/attachments/${odd}`)).status).toBe(404);
  });
});

test('rows and files agree', async () => {
  await expectInvariants(db, { filesDir: app.config.filesDir });
});
