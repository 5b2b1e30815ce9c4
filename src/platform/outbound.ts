import { lookup } from 'node:dns/promises';
import { BlockList, isIP, isIPv4 } from 'node:net';

/** Why nothing is sent to a host that somebody typed in. */
export class Refused extends Error {
  override name = 'Refused';
}

export type Pinned = { address: string; family: 4 | 6 };
export type Guard = (host: string) => Promise<Pinned>;

/** Not the internet: this machine, the company's networks, and what is reserved (RFC 6890). */
const INSIDE = blockList([
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15'],
  ...['198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
  ...['::/127', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32', '2002::/16'],
  ...['fc00::/7', 'fe80::/10', 'ff00::/8'],
]);

/**
 * Finds the address of a host that an admin chose and pins it, so that the name cannot mean another machine a moment
 * later. Addresses that are not of the internet are refused, but for the hosts and networks that the operator names
 * (OUTBOUND_PRIVATE): otherwise a form could reach whatever this machine reaches.
 */
export function createGuard(allowed: readonly string[], resolve: typeof lookupAll = lookupAll): Guard {
  const names = new Set(allowed.filter(each => !isNetwork(each)).map(each => each.toLowerCase()));
  const networks = blockList(allowed.filter(isNetwork));
  return async host => {
    const found = isIP(host) ? [pinned(host)] : await resolve(host);
    if (found.length === 0) throw Object.assign(new Error(`No address for ${host}`), { code: 'ENOTFOUND' });
    if (names.has(host.toLowerCase())) return found[0]!;
    // One bad address among good ones is no accident.
    if (found.some(each => isInside(each.address) && !contains(networks, each.address)))
      throw new Refused(`${host} is not on the internet`);
    return found[0]!;
  };
}

const lookupAll = async (host: string): Promise<Pinned[]> =>
  (await lookup(host, { all: true })).map(each => pinned(each.address));

const pinned = (address: string): Pinned => ({ address, family: isIPv4(address) ? 4 : 6 });

const isNetwork = (entry: string) => isIP(entry.split('/')[0] ?? '') > 0;

export const isInside = (address: string): boolean => contains(INSIDE, address);

function contains(list: BlockList, address: string): boolean {
  // ::ffff:10.0.0.1 is 10.0.0.1.
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return list.check(mapped, 'ipv4');
  return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    list.addSubnet(address, bits === undefined ? (family === 'ipv4' ? 32 : 128) : Number(bits), family);
  }
  return list;
}
