import { expect, test } from 'vitest';
import { createGuard, isInside, Refused } from '../../src/platform/outbound.ts';

const resolvesTo =
  (...addresses: string[]) =>
  async () =>
    addresses.map(address => ({ address, family: address.includes(':') ? (6 as const) : (4 as const) }));

test.each([
  ...['127.0.0.1', '10.1.2.3', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0'],
  ...['::1', '::', 'fe80::1', 'fd00::1', '::ffff:10.0.0.1', '::ffff:7f00:1', '64:ff9b::a00:1', '224.0.0.1'],
])('%s is not the internet', address => {
  expect(isInside(address)).toBe(true);
});

test.each(['93.184.216.34', '8.8.8.8', '2606:2800:220:1::1', '172.32.0.1', '::ffff:8.8.8.8'])(
  '%s is the internet',
  address => {
    expect(isInside(address)).toBe(false);
  },
);

test('a name is pinned to the address it has now', async () => {
  const guard = createGuard([], resolvesTo('93.184.216.34'));
  expect(await guard('imap.company.example')).toEqual({ address: '93.184.216.34', family: 4 });
});

test('a name that means a machine inside is refused, even if only one of its addresses does', async () => {
  await expect(createGuard([], resolvesTo('127.0.0.1'))('imap.company.example')).rejects.toThrow(Refused);
  await expect(createGuard([], resolvesTo('8.8.8.8', '::1'))('imap.company.example')).rejects.toThrow(
    Refused,
  );
  await expect(createGuard([])('10.0.0.5')).rejects.toThrow(Refused);
});

test('what the operator names may be reached: hosts by name, networks by address', async () => {
  const guard = createGuard(['mail.company.lan', '10.1.2.0/24', '127.0.0.1'], resolvesTo('10.9.9.9'));
  expect((await guard('MAIL.company.lan')).address).toBe('10.9.9.9');
  expect((await guard('10.1.2.9')).address).toBe('10.1.2.9');
  await expect(guard('10.1.3.9')).rejects.toThrow(Refused);
  await expect(guard('other.company.lan')).rejects.toThrow(Refused);
});
