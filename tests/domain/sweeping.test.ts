import { Readable } from 'node:stream';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { makeThumbnail } from '../../src/domain/attachments/thumbnails.ts';
import { sweep } from '../../src/domain/sweeping.ts';
import { thumbnailOf } from '../../src/platform/intake.ts';
import { desk } from '../jobs/desk.ts';

const { db, services, system, people, raise } = await desk();
const { storage } = services;

const ago = (days: number) => new Date(Date.now() - days * 86_400_000);
const store = (bytes: Buffer) => storage.write(Readable.from([bytes]), { maxBytes: 1_000_000 });
const upload = async (bytes: Buffer, values: Record<string, unknown> = {}) => {
  const { key, size, sha256 } = await store(bytes);
  const [row] = await db('attachments')
    .insert({
      ...{
        uploader_id: people.anna,
        storage_key: key,
        filename: 'a.png',
        content_type: 'image/png',
        size,
        sha256,
      },
      ...values,
    })
    .returning('id');
  return { id: row.id as number, key };
};
const isKept = (key: string) =>
  storage.read(key).then(
    stream => {
      stream.resume();
      return true;
    },
    () => false,
  );

test('uploads that were never sent go after a day, with their files', async () => {
  const old = await upload(Buffer.from('old'), { created_at: ago(2) });
  const fresh = await upload(Buffer.from('new'));
  expect(await sweep(system)).toMatchObject({ uploads: 1 });
  expect(await db('attachments').pluck('id')).toEqual([fresh.id]);
  expect([await isKept(old.key), await isKept(fresh.key)]).toEqual([false, true]);
});

test('what has served its time goes, what has not stays', async () => {
  const user_id = people.anna;
  await db('submissions').insert([
    { actor: 'a', key: 'old', result: '{}', created_at: ago(8) },
    { actor: 'a', key: 'new', result: '{}' },
  ]);
  await db('drafts').insert([
    { user_id, scope: 'old', body: '{}', updated_at: ago(91) },
    { user_id, scope: 'new', body: '{}' },
  ]);
  await db('user_tokens').insert([
    { user_id, purpose: 'invitation', token_hash: 'old', expires_at: ago(9), created_at: ago(10) },
    { user_id, purpose: 'invitation', token_hash: 'new', expires_at: ago(-1) },
  ]);
  await db('user_sessions').insert([
    { user_id, sid_hash: 'old', seen_at: ago(31) },
    { user_id, sid_hash: 'new' },
  ]);
  await db('rate_limits').insert([
    { key: 'old', expire: Date.now() - 1_000 },
    { key: 'new', expire: Date.now() + 60_000 },
  ]);
  await db.raw(
    `insert into web_sessions values ('old', '{}', localtimestamp - interval '1 hour'), ('new', '{}', localtimestamp + interval '1 hour')`,
  );
  await db('jobs.agenda_jobs').insert([
    { name: 'old', failed_at: ago(15), fail_count: 3 },
    { name: 'new', failed_at: ago(1), fail_count: 3 },
  ]);
  await sweep(system);
  expect(await db('submissions').where({ actor: 'a' }).pluck('key')).toEqual(['new']);
  expect(await db('drafts').pluck('scope')).toEqual(['new']);
  expect(await db('user_tokens').pluck('token_hash')).toEqual(['new']);
  expect(await db('user_sessions').pluck('sid_hash')).toEqual(['new']);
  expect(await db('rate_limits').pluck('key')).toEqual(['new']);
  expect(await db('web_sessions').pluck('sid')).toEqual(['new']);
  expect(await db('jobs.agenda_jobs').pluck('name')).toEqual(['new']);
});

test('a picture of a message gets a thumbnail; what is no picture is given up, once', async () => {
  const ticket = await raise();
  const comment = await db('comments').where({ ticket_id: ticket.id }).first('id');
  const place = { ticket_id: ticket.id, comment_id: comment.id, thumbnail_state: 'wanted' };
  const picture = await sharp({ create: { width: 900, height: 600, channels: 3, background: '#00636b' } })
    .png()
    .toBuffer();
  const good = await upload(picture, place);
  const bad = await upload(Buffer.from('not a picture'), place);
  const pending = await upload(picture, { thumbnail_state: 'wanted' });
  let made = 0;
  while (await makeThumbnail(system, thumbnailOf)) made += 1;
  expect(made).toBe(2);
  const states = await db('attachments').whereIn('id', [good.id, bad.id, pending.id]).orderBy('id');
  expect(states.map(row => row.thumbnail_state)).toEqual(['made', 'failed', 'wanted']);
  expect(await isKept(states[0].thumbnail_key)).toBe(true);
});
