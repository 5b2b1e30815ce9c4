import { isIPv6 } from 'node:net';
import type { Request } from 'express';
import { TooMany } from '../../domain/errors.ts';

/** Seconds of the window in which attempts to get in are counted. */
const WINDOW = 900;

/** Takes one of `points`, or answers 429. The key is kept as a digest: no address stands in the counters. */
export async function throttle(req: Request, name: string, key: string, points: number): Promise<void> {
  const wait = await req.services.limiter.take(name, digest(req, key), { points, seconds: WINDOW });
  if (wait !== undefined) throw new TooMany(wait);
}

export const throttleAddress = (req: Request, name: string, points: number) =>
  throttle(req, name, networkOf(req.ip ?? ''), points);

export const forgetAttempts = (req: Request, name: string, key: string) =>
  req.services.limiter.forget(name, digest(req, key));

const digest = (req: Request, key: string) => req.services.world.sign('rate-limit', key);

/** One customer of a provider has a whole /64 of IPv6, so that counts as one address. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1]) return mapped[1];
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const left = head.split(':').filter(Boolean);
  const right = tail?.split(':').filter(Boolean) ?? [];
  const gap = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0');
  const groups = [...left, ...gap, ...right].slice(0, 4);
  return `${groups.map(group => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
