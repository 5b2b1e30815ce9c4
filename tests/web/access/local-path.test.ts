import { expect, test } from 'vitest';
import { afterSignIn, localPath, pathOfReferer } from '../../../src/web/access/local-path.ts';
import { networkOf } from '../../../src/web/access/throttling.ts';

test.each(['/', '/tickets/1042', '/queue?q=a%20b&sort=due#c7', '/tickets/new?next=//evil.example'])(
  'leads on: %s',
  path => expect(localPath(path)).toBe(path),
);

test.each([
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\\/evil.example',
  '/./\\evil.example',
  '/.//evil.example',
  '/a/..//evil.example',
  'https://evil.example',
  'https:evil.example',
  'javascript:alert(1)',
  ' /tickets',
  '/ticket s',
  '/\t/evil.example',
  '/\n/evil.example',
  '/\u0000',
  '/\u2028/evil.example',
  '/\u{ff0f}evil.example',
  'tickets',
  '@evil.example',
  '',
  `/${'a'.repeat(3_000)}`,
  undefined,
  ['/tickets'],
])('does not lead away: %j', path => expect(localPath(path, '/fallback')).toBe('/fallback'));

test('nobody lands on a page for signing in', () => {
  expect(afterSignIn('/sign-in?next=/x')).toBe('/');
  expect(afterSignIn('/password-reset/abc')).toBe('/');
  expect(afterSignIn('/sign-in-sheets')).toBe('/sign-in-sheets');
});

test('a page of another site is no page of ours', () => {
  expect(pathOfReferer('https://help.example/tickets/7?x=1', 'help.example')).toBe('/tickets/7?x=1');
  expect(pathOfReferer('https://evil.example/tickets/7', 'help.example')).toBe('/');
  expect(pathOfReferer('https://help.example//evil.example', 'help.example')).toBe('/');
  expect(pathOfReferer(undefined, 'help.example')).toBe('/');
});

test('a whole /64 of IPv6 counts as one address', () => {
  expect(networkOf('2001:db8:1:2:aaaa::1')).toBe(networkOf('2001:0db8:1:2:bbbb:0:0:9'));
  expect(networkOf('2001:db8:1:2::1')).not.toBe(networkOf('2001:db8:1:3::1'));
  expect(networkOf('::ffff:203.0.113.7')).toBe('203.0.113.7');
  expect(networkOf('203.0.113.7')).toBe('203.0.113.7');
  expect(networkOf('::1')).toBe('0:0:0:0::/64');
});
