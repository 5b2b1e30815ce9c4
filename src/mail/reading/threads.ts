import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Threads at a time: each may take a processor and its memory. Who comes when all are lent waits for the next. */
const MOST = 2;

/** Threads that wait for the next mail: starting one costs more than reading most mails. */
const idle: { thread: Worker; megabytes: number }[] = [];
const waiting: (() => void)[] = [];
let lent = 0;

export async function borrowThread(megabytes: number): Promise<Worker> {
  if (lent < MOST) lent += 1;
  else await new Promise<void>(resolve => waiting.push(resolve)); // a place that is handed over stays lent
  try {
    const at = idle.findIndex(each => each.megabytes === megabytes);
    const thread = at < 0 ? await open(megabytes) : idle.splice(at, 1)[0]!.thread;
    thread.ref();
    return thread;
  } catch (error) {
    freePlace();
    throw error;
  }
}

export function giveBack(thread: Worker, megabytes: number) {
  // A thread that waits keeps no process from ending.
  thread.unref();
  if (idle.length < MOST) idle.push({ thread, megabytes });
  else void thread.terminate();
  freePlace();
}

export async function discard(thread: Worker) {
  await thread.terminate();
  freePlace();
}

function freePlace() {
  const next = waiting.shift();
  if (next) next();
  else lent -= 1;
}

async function open(megabytes: number): Promise<Worker> {
  const thread = start({
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: megabytes, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 },
  });
  await once(thread, 'message'); // it is ready
  // One that dies while it waits is nobody's fault, and must not end the process.
  thread.on('error', () => {});
  thread.once('exit', () => {
    const at = idle.findIndex(each => each.thread === thread);
    if (at >= 0) idle.splice(at, 1);
  });
  return thread;
}

function start(options: NonNullable<ConstructorParameters<typeof Worker>[1]>): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./worker.js', import.meta.url), options);
  // A thread does not run sources by itself, whatever its process does.
  const [tsx, worker] = [import.meta.resolve('tsx/esm/api'), new URL('./worker.ts', import.meta.url).href];
  const code = `import('${tsx}').then(tsx => tsx.register()).then(() => import('${worker}'))`;
  return new Worker(code, { ...options, eval: true });
}
