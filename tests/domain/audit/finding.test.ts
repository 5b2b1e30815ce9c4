import { expect, test } from 'vitest';
import { chainBadge, verifyAudit } from '../../../src/domain/audit/chain.ts';
import { recordExport } from '../../../src/domain/audit/exporting.ts';
import type { AuditFilter } from '../../../src/domain/audit/filtering.ts';
import { everyEntry, listAudit } from '../../../src/domain/audit/finding.ts';
import { sealEvents } from '../../../src/domain/audit/sealing.ts';
import { Forbidden } from '../../../src/domain/errors.ts';
import { recordEvent } from '../../../src/domain/events/recording.ts';
import { accounts } from '../identity/accounts.ts';

const { account, as, db } = await accounts();
const adminAccount = await account({ role: 'admin', first_name: 'Kwame', last_name: 'Mensah' });
const admin = await as(adminAccount.id);
const other = await account({ first_name: 'Nadia', last_name: 'Rahimi', email: 'nadia@company.example' });
const third = await as((await account({ first_name: 'Sofie', last_name: 'Bakker' })).id);

const [ticket] = await db('tickets')
  .insert({
    subject: 'X',
    status: 'new',
    status_kind: 'new',
    priority: 'low',
    requester_id: other.id,
    source: 'web',
  })
  .returning(['id', 'number']);

await admin.transaction(async tx => {
  await recordEvent(tx, 'user.approved', { objectType: 'user', objectId: other.id, label: 'Nadia Rahimi' });
  await recordEvent(
    tx,
    'settings.changed',
    { objectType: 'settings', label: 'company' },
    { changes: { helpLine: ['', 'x'] } },
  );
});
await third.transaction(tx =>
  recordEvent(tx, 'ticket.created', {
    objectType: 'ticket',
    objectId: ticket.id,
    label: '#1',
    ticketId: ticket.id,
  }),
);
for (let n = 0; n < 7; n += 1) await recordExport(third, 'users', { q: String(n) });

const typesOf = async (filter: AuditFilter) =>
  (await listAudit(admin, filter)).entries.map(entry => entry.type);

test('everything is there, the newest first, with who and from where', async () => {
  const { entries } = await listAudit(admin, {});
  expect(entries.map(entry => entry.type)).toEqual([
    ...Array.from({ length: 7 }, () => 'export.made'),
    'ticket.created',
    'settings.changed',
    'user.approved',
  ]);
  expect(entries.at(-1)).toMatchObject({
    actor: { firstName: 'Kwame' },
    objectLabel: 'Nadia Rahimi',
    address: '203.0.113.7',
  });
});

test('a person finds what they did and what was done to them', async () => {
  expect(await typesOf({ q: 'nadia' })).toEqual(['user.approved']);
  expect(await typesOf({ q: 'nadia@company' })).toEqual(['user.approved']);
  expect(await typesOf({ q: 'Mensah Kwame' })).toEqual(['settings.changed', 'user.approved']);
  expect(await typesOf({ q: 'nobody of that name' })).toEqual([]);
});

test('a ticket is found by its number, a place by its address', async () => {
  expect(await typesOf({ q: `#${ticket.number}` })).toEqual(['ticket.created']);
  expect(await typesOf({ q: '999999' })).toEqual([]);
  expect((await typesOf({ q: '203.0.113.7' })).length).toBe(10);
  expect(await typesOf({ q: '203.0.113.8' })).toEqual([]);
});

test('kinds and days narrow, alone and together', async () => {
  expect(await typesOf({ kind: 'people' })).toEqual(['user.approved']);
  expect(await typesOf({ kind: 'settings', q: 'kwame' })).toEqual(['settings.changed']);
  expect((await typesOf({ kind: 'data' })).length).toBe(7);
  const day = 86_400_000;
  const now = Date.now();
  expect((await typesOf({ from: new Date(now - day), to: new Date(now + day) })).length).toBe(10);
  expect(await typesOf({ from: new Date(now + day) })).toEqual([]);
  expect(await typesOf({ to: new Date(now - day), kind: 'data' })).toEqual([]);
});

test('pages go older and newer without a gap', async () => {
  const first = await listAudit(admin, {}, {}, 4);
  const second = await listAudit(admin, {}, { older: first.entries.at(-1)?.id }, 4);
  const last = await listAudit(admin, {}, { older: second.entries.at(-1)?.id }, 4);
  expect([first.hasOlder, second.hasOlder, last.hasOlder]).toEqual([true, true, false]);
  expect([first, second, last].flatMap(page => page.entries).length).toBe(10);
  const back = await listAudit(admin, {}, { newer: second.entries[0]?.id }, 4);
  expect(back.entries).toEqual(first.entries);
  expect(back.hasNewer).toBe(false);
});

test('an export walks everything in batches', async () => {
  const sizes: number[] = [];
  for await (const batch of everyEntry(admin, {}, 4)) sizes.push(batch.length);
  expect(sizes).toEqual([4, 4, 2]);
});

test('the badge says when the chain was counted last, and whether it held', async () => {
  await expect(listAudit(third, {})).rejects.toBeInstanceOf(Forbidden);
  expect(await chainBadge(admin)).toEqual({ state: 'none' });
  await sealEvents(admin);
  expect(await chainBadge(admin)).toMatchObject({ state: 'sealed' });
  expect(await verifyAudit(admin)).toMatchObject({ brokenSealId: null });
  expect(await chainBadge(admin)).toMatchObject({ state: 'verified' });
  await db('audit_seals').update({ digest: 'forged' });
  await verifyAudit(admin);
  expect(await chainBadge(admin)).toMatchObject({ state: 'broken' });
});
