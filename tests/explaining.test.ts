import net from 'node:net';
import { expect, test } from 'vitest';
import { ConfigError } from '../src/config/env.ts';
import { AlreadyRunning } from '../src/db/locking.ts';
import { explain } from '../src/explaining.ts';

const failure = (code: string, message = 'it failed') => Object.assign(new Error(message), { code });

test('a port in use is told with another one to try', async () => {
  const first = net.createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => first.once('listening', resolve));
  const { port } = first.address() as net.AddressInfo;
  const second = net.createServer().listen(port, '127.0.0.1');
  const error = await new Promise(resolve => second.once('error', resolve));
  first.close();
  expect(explain(error)).toBe(
    `Port ${port} is in use. Choose another, for example: PORT=${port + 1} npm start`,
  );
});

test.each([
  [new ConfigError(['PORT: too high']), /^Cannot start.*\n {2}PORT: too high$/],
  [
    new AlreadyRunning({ pid: 7, address: 'http://localhost:3000' }),
    /at http:\/\/localhost:3000 \(process 7\)/,
  ],
  [failure('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:5432'), /does not answer.*127\.0\.0\.1:5432$/],
  [failure('28P01', 'password authentication failed'), /^The database refused DATABASE_URL: password/],
  [failure('3D000', 'database "x" does not exist'), /^The database refused DATABASE_URL: database "x"/],
  ['a mere text', /^a mere text$/],
])('what was foreseen takes one line: %s', (error, line) => {
  expect(explain(error)).toMatch(line);
});

test('what nobody foresaw comes with its stack', () => {
  expect(explain(new Error('odd'))).toContain('explaining.test.ts');
});
