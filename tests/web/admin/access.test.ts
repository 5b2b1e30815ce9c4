import type { Router } from 'express';
import { describe, expect, test } from 'vitest';
import { adminRoutes } from '../../../src/web/admin/admin.ts';
import { desk, send } from './desk.ts';

const { admin, coordinator, employee, db, account } = await desk();

type Layer = { route?: { path: string; methods: Record<string, boolean> }; handle: unknown };

const routesOf = (router: Router): { path: string; method: string }[] =>
  (router as unknown as { stack: Layer[] }).stack.flatMap(layer =>
    layer.route
      ? Object.keys(layer.route.methods).map(method => ({ path: layer.route?.path ?? '', method }))
      : routesOf(layer.handle as Router),
  );

const routes = routesOf(adminRoutes());
const user = await account();
const [team] = await db('teams').insert({ name: 'IT' }).returning('id');

/** The address with ids that exist. */
const filled = (path: string) =>
  path
    .replace('/users/:id', `/users/${user.id}`)
    .replace(':id', String(team.id))
    .replace(':kind', 'event')
    .replace(':group', 'company');

test('there are admin routes to check', () => {
  expect(routes.length).toBeGreaterThan(40);
});

/** Coordinators keep saved replies of their own: tests/web/tickets/replies.test.ts. */
const isForDesk = ({ path }: { path: string }) => path.startsWith('/admin/canned-replies');

describe.each([
  ['a coordinator', coordinator, routes.filter(route => !isForDesk(route))],
  ['an employee', employee, routes],
] as const)('for %s', (_name, who, closed) => {
  test.each(closed)('$method $path is not there', async ({ path, method }) => {
    const answer =
      method === 'get'
        ? await who.request(filled(path))
        : await send(who, filled(path), { _method: method.toUpperCase() });
    expect(answer.status).toBe(404);
    expect(answer.text).not.toContain('mensah');
  });
});

test.each(routes.filter(route => route.method !== 'get'))(
  '$method $path wants the token of the form',
  async ({ path, method }) => {
    await admin.get('/admin/users');
    const answer = await send(admin, filled(path), { _csrf: 'forged', _method: method.toUpperCase() });
    expect(answer.status).toBe(403);
  },
);

const withIds = routes.filter(route => /:(id|kind|group)/.test(route.path));
test.each(withIds)('$method $path of something that is not there is a 404', async ({ path, method }) => {
  await admin.get('/admin/users');
  for (const id of ['999999999', 'abc', '-1', '99999999999999999999']) {
    const address = path.replace(':id', id).replace(':kind', 'event').replace(':group', 'nothing');
    const answer =
      method === 'get'
        ? await admin.request(address)
        : await send(admin, address, { _method: method.toUpperCase() });
    expect([address, answer.status]).toEqual([address, 404]);
  }
});

test('somebody who is not signed in is asked to', async () => {
  const { visitor } = await import('../../support/visitor.ts');
  const stranger = await visitor({ url: admin.origin });
  await stranger.get('/admin/audit');
  expect(stranger.path).toBe('/sign-in?next=%2Fadmin%2Faudit');
});

test('a field that no form has is refused', async () => {
  await admin.get('/admin/teams/new');
  const answer = await send(admin, '/admin/teams', { name: 'X', description: '', archived_at: '2026-01-01' });
  expect(answer.status).toBe(422);
});
