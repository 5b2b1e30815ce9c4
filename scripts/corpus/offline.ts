import { Socket } from 'node:net';

/**
 * These mails carry addresses of real people. Besides that nothing in this program can send, no socket of this process
 * reaches farther than the database beside it.
 */
export function goOffline() {
  const connect = Socket.prototype.connect;
  Socket.prototype.connect = function (this: Socket, ...way: unknown[]) {
    const target = targetOf(way);
    if (!isBeside(target)) throw new Error(`No way out while mails of others are read: ${target}`);
    return Reflect.apply(connect, this, way) as Socket;
  };
}

const isBeside = (target: string) => target.startsWith('/') || /^(localhost|127\.0\.0\.1|::1)$/.test(target);

/** Host or path of any of the ways `connect` can be called; `net.connect` hands on what it has put in order. */
function targetOf(way: unknown[]): string {
  const [first, second] = Array.isArray(way[0]) ? way[0] : way;
  if (typeof first === 'object' && first !== null) {
    const { host, path } = first as { host?: string; path?: string };
    return path ?? host ?? 'localhost';
  }
  if (typeof first === 'string' && !/^\d+$/.test(first)) return first;
  return typeof second === 'string' ? second : 'localhost';
}
