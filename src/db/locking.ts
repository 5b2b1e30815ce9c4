import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

export type Claim = {
  /** What a second start tells its caller, for example the address of the running one. */
  announce(address: string): void;
  release(): Promise<void>;
};

/** Somebody else works on this data folder. `address` is missing as long as that one is still starting. */
export class AlreadyRunning extends Error {
  override name = 'AlreadyRunning';
  readonly address: string | undefined;
  readonly pid: number | undefined;

  constructor({ address, pid }: Holder) {
    super(`Already running in this folder${address ? ` at ${address}` : ''} (process ${pid ?? 'unknown'})`);
    this.address = address;
    this.pid = pid;
  }
}

type Holder = { pid?: number; address?: string };

/**
 * Takes the data folder for this process. The claim is a listening local socket: the system drops it with the
 * process, however that ends, so there is no stale file to judge, and whoever comes second can ask the holder.
 */
export async function claimFolder(dataDir: string): Promise<Claim> {
  mkdirSync(dataDir, { recursive: true });
  const name = socketOf(realpathSync(dataDir));
  const holder: Holder = { pid: process.pid };
  const server = net.createServer(socket => {
    socket.on('error', () => {}); // the asker may hang up early
    socket.end(JSON.stringify(holder));
  });
  if (!(await listen(server, name))) {
    const other = await ask(name);
    if (other) throw new AlreadyRunning(other);
    // Only a socket file (macOS) can outlive its process: nobody answers, so it goes.
    if (isFile()) rmSync(name, { force: true });
    if (!(await listen(server, name))) throw new AlreadyRunning({});
  }
  server.unref();
  return {
    announce(address) {
      holder.address = address;
    },
    release: () => new Promise(resolve => server.close(() => resolve())),
  };
}

const isFile = () => process.platform !== 'linux' && process.platform !== 'win32';

/** Linux: an abstract name, without a file. Windows: a named pipe. Elsewhere a file with a short path. */
function socketOf(folder: string): string {
  const name = `smartsupport-${createHash('sha256').update(folder).digest('hex').slice(0, 32)}`;
  if (process.platform === 'linux') return `\0${name}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`;
  return path.join(os.tmpdir(), `${name}.sock`);
}

function listen(server: net.Server, name: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error);
    server.once('error', failed);
    server.listen({ path: name }, () => {
      server.off('error', failed);
      resolve(true);
    });
  });
}

/** The holder's answer, an empty one if it is stuck, or undefined if nobody is there. */
function ask(name: string): Promise<Holder | undefined> {
  return new Promise(resolve => {
    let answer = '';
    const socket = net.connect({ path: name });
    socket.setTimeout(2_000, () => resolve({}));
    socket.on('data', data => {
      answer += data;
    });
    socket.once('error', () => resolve(undefined));
    socket.once('close', () => resolve(parse(answer)));
  });
}

function parse(answer: string): Holder {
  try {
    return JSON.parse(answer) as Holder;
  } catch {
    return {};
  }
}
