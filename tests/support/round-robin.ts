import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One address for several web processes, each request to the next of them: no page may rely on meeting the same one. */
export async function roundRobin(targets: () => readonly string[]): Promise<{ url: string; server: Server }> {
  let turn = 0;
  const server = createServer((req, res) => {
    const alive = targets();
    turn += 1;
    const target = new URL(alive[turn % alive.length] ?? '');
    const asking = request(
      { host: target.hostname, port: target.port, method: req.method, path: req.url, headers: req.headers },
      (answer: IncomingMessage) => {
        res.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(res);
        answer.on('error', () => res.destroy());
      },
    );
    asking.on('error', () => (res.headersSent ? res.destroy() : res.writeHead(502).end()));
    req.pipe(asking);
    res.on('close', () => asking.destroy());
  });
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}
