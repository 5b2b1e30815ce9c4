import { expect, test } from 'vitest';
import { createLogger } from '../../src/platform/logger.ts';
import { createServices } from '../../src/services.ts';
import { createApp } from '../../src/web/app.ts';
import { testDatabase } from '../support/db.ts';
import { routesOf } from '../support/routes.ts';
import { visitor } from '../support/visitor.ts';

const { db, config } = await testDatabase();
const lines: string[] = [];
const log = createLogger({ logLevel: 'info' }, { write: line => lines.push(line) });
const app = await createApp(await createServices(config, { db, log }));
const TOKEN = 'zebra-TOKEN_of.a-mail';

test('no token of a link stands in the log, whichever page it opens', async () => {
  const opened = routesOf(app).filter(({ path }) => /:(token|signature)/.test(path));
  const paths = opened.map(({ path }) => path.replace(/:\w+/g, TOKEN));
  expect(new Set(paths.map(path => path.split('/')[1]))).toEqual(
    new Set(['password-reset', 'verify-email', 'invitations', 'unsubscribe', 'attachments']),
  );
  const she = await visitor(app);
  for (const path of [...paths, ...paths.map(each => each.toUpperCase().replace(TOKEN.toUpperCase(), TOKEN))])
    await she.request(path);
  await she.request(`/setup?token=${TOKEN}`);
  expect(lines.length).toBeGreaterThanOrEqual(paths.length);
  expect(lines.join()).toContain('/unsubscribe/[token]');
  expect(lines.join()).not.toContain(TOKEN);
});
