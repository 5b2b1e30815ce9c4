import { expect, test } from 'vitest';
import { discardDraft, findDraft, MAX_DRAFTS, saveDraft } from '../../src/domain/drafting.ts';
import { testWorld } from '../support/factories.ts';

const { db, as, makeUser, clock } = await testWorld();
const scopes = async (userId: number): Promise<string[]> =>
  db('drafts').where({ user_id: userId }).orderBy('updated_at').pluck('scope');

test('what was begun is kept, the last words of each place', async () => {
  const anna = await makeUser();
  const ctx = await as(anna);
  await saveDraft(ctx, 'ticket:1', { body: 'first' });
  await saveDraft(ctx, 'ticket:1', { body: 'second' });
  await saveDraft(ctx, 'ticket:2', { body: 'other' });
  expect((await findDraft(db, anna.id, 'ticket:1'))?.body).toEqual({ body: 'second' });
  await discardDraft(ctx, 'ticket:1');
  expect(await scopes(anna.id)).toEqual(['ticket:2']);
});

test('of more than a hundred the ones not touched for longest go, and nobody else’s', async () => {
  const [anna, ben] = [await makeUser(), await makeUser()];
  await saveDraft(await as(ben), 'ticket:1', { body: 'mine' });
  const ctx = await as(anna);
  for (let n = 1; n <= MAX_DRAFTS; n += 1) {
    clock.advance({ seconds: 1 });
    await saveDraft(ctx, `ticket:${n}`, { body: 'x' });
  }
  clock.advance({ seconds: 1 });
  await saveDraft(ctx, 'ticket:1', { body: 'touched again' });
  expect(await scopes(anna.id)).toHaveLength(MAX_DRAFTS);
  for (const scope of ['ticket:new', 'ticket:newer']) {
    clock.advance({ seconds: 1 });
    await saveDraft(ctx, scope, { body: 'y' });
  }
  const kept = await scopes(anna.id);
  expect(kept).toHaveLength(MAX_DRAFTS);
  expect(kept.slice(-3)).toEqual(['ticket:1', 'ticket:new', 'ticket:newer']);
  expect(kept).not.toContain('ticket:2');
  expect(kept).not.toContain('ticket:3');
  expect(kept).toContain('ticket:4');
  expect(await scopes(ben.id)).toEqual(['ticket:1']);
});

test('one that is too long does not take the place of the one before it', async () => {
  const anna = await makeUser();
  const ctx = await as(anna);
  await saveDraft(ctx, 'ticket:1', { body: 'short' });
  await saveDraft(ctx, 'ticket:1', { body: 'x'.repeat(120_001) });
  expect((await findDraft(db, anna.id, 'ticket:1'))?.body).toEqual({ body: 'short' });
});
