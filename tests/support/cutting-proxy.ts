import { connect, createServer, type Socket } from 'node:net';

export type CuttingProxy = {
  port: number;
  /** Cuts the next connections after so many bytes from the server, one number a connection. */
  cutAfter: (...bytes: number[]) => void;
  connections: () => number;
  close: () => Promise<void>;
};

/** A way to a server on this machine that breaks where a test wants it to. */
export async function cuttingProxy(target: () => number): Promise<CuttingProxy> {
  let plan: number[] = [];
  let made = 0;
  const open = new Set<Socket>();
  const server = createServer(client => {
    const limit = plan.shift() ?? Number.POSITIVE_INFINITY;
    const upstream = connect(target(), '127.0.0.1');
    let passed = 0;
    made += 1;
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on('data', (data: Buffer) => {
      const left = limit - passed;
      passed += data.length;
      client.write(data.subarray(0, Math.max(0, left)));
      // Without a goodbye, as a line breaks.
      if (passed >= limit) setImmediate(() => client.resetAndDestroy());
    });
  });
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: address && typeof address === 'object' ? address.port : 0,
    cutAfter: (...bytes) => {
      plan = bytes;
    },
    connections: () => made,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise<void>(resolve => server.close(() => resolve()));
    },
  };
}
