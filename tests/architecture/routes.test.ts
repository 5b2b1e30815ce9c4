import type { RequestHandler } from 'express';
import { describe, expect, test } from 'vitest';
import { actions } from '../../src/domain/policies.ts';
import { createServices } from '../../src/services.ts';
import { createApp } from '../../src/web/app.ts';
import { testConfig } from '../support/config.ts';
import { type Route, routesOf } from '../support/routes.ts';
import { filesIn, read } from './files.ts';

/** What answers before there is a session, and says nothing of anybody. */
const OPERATIONS = ['GET /health', 'GET /health/ready', 'GET /metrics'];

const noAssets = { url: () => '', handler: ((_req, _res, next) => next()) as RequestHandler };
const services = await createServices(testConfig());
const app = await createApp(services, { assets: noAssets as never });
await services.close();
const routes = routesOf(app);
const own = routes.filter(({ method, path: at }) => !OPERATIONS.includes(`${method} ${at}`));
const nameOf = ({ method, path: at }: Route) => `${method} ${at}`;

describe(`the ${routes.length} routes`, () => {
  test('are found at all: tickets, queue, search, files, people', () => {
    const names = routes.map(nameOf);
    for (const known of [
      'GET /',
      'GET /tickets',
      'POST /tickets',
      'GET /tickets/:number',
      'POST /tickets/:number/comments',
      'DELETE /tickets/:number/watch',
      'GET /queue/:view',
      'GET /search',
      'GET /attachments/:id',
      'POST /sign-in',
      'GET /admin/users',
      ...OPERATIONS,
    ])
      expect(names).toContain(known);
  });

  test('each says first who may: an action of the policy, anyone, or the bearer of a token', () => {
    const known = new Set<string | undefined>([...actions, 'anyone', 'token']);
    expect(own.filter(route => !known.has(route.permission)).map(nameOf)).toEqual([]);
  });

  test('no two are the same: the second would never be reached', () => {
    const names = routes.map(nameOf);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  test('use no method but those a form or htmx sends', () => {
    const methods = new Set(routes.map(route => route.method));
    for (const method of methods) expect(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).toContain(method);
  });

  test('for anyone are only those of getting in and out, branding and the mailbox of a demo', () => {
    const open = own.filter(({ permission }) => permission === 'anyone').map(route => route.path);
    const expected =
      /^\/(sign-in|sign-out|sign-up|password-reset|verify-email|invitations|setup|brand|profile\/theme|dev\/mail)(\/|$)/;
    expect(open.filter(at => !expected.test(at))).toEqual([]);
  });

  test('an address has no capitals, underscores or endings but csv', () => {
    expect(
      routes
        .filter(route => !/^(\/api\/v1)?(\/([a-z-]+|:[a-zA-Z]+)(\.csv)?)*\/?$/.test(route.path))
        .map(nameOf),
    ).toEqual([]);
  });
});

test('every page that a handler draws exists', () => {
  const views = new Set(filesIn('views', '.ejs').map(file => file.slice('views/'.length, -'.ejs'.length)));
  const missing = filesIn('src/web', '.ts').flatMap(file => {
    const named = read(file).matchAll(/(?:page|invalid)\(\s*\w+,\s*'([\w/-]+)'/g);
    return [...named].filter(([, view = '']) => !views.has(view)).map(([, view]) => `${file}: ${view}`);
  });
  expect(missing).toEqual([]);
});
