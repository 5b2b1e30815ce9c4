import type { Worker } from 'node:worker_threads';
import type { ReadMail } from '../../domain/mail/message.ts';
import { borrowThread, discard, giveBack } from './threads.ts';

/** What became of reading: a mail, or in plain words why not. The message is then kept and shown, never dropped. */
export type Reading = { mail: ReadMail; failure: null } | { mail: null; failure: Failure };
export type Failure = {
  /** `slow` and `big` are limits that ended it; `broken` is a fault of ours. */
  kind: 'slow' | 'big' | 'broken';
  message: string;
};

export type Limits = { milliseconds: number; megabytes: number; bytes: number };
/** What is made of a mail must fit into `megabytes`; its files and its own bytes lie outside of that. */
const LIMITS: Limits = { milliseconds: 5_000, megabytes: 160, bytes: 26_214_400 };

/** `readMail` where it can do no harm: a thread of its own, ended when it takes too long or grows too big. */
export async function readSafely(raw: Buffer, limits: Partial<Limits> = {}): Promise<Reading> {
  const { milliseconds, megabytes, bytes } = { ...LIMITS, ...limits };
  if (raw.length > bytes)
    return failed('big', `The mail has ${raw.length} bytes, and ${bytes} are the most that is read.`);
  const thread = await borrowThread(megabytes);
  const reading = await race(thread, raw, milliseconds);
  if (reading.failure) await discard(thread);
  else giveBack(thread, megabytes);
  return reading;
}

function race(thread: Worker, raw: Buffer, milliseconds: number): Promise<Reading> {
  return new Promise(resolve => {
    const onMessage = (answer: { mail: ReadMail } | { failure: string }) =>
      settle(
        'mail' in answer ? { mail: whole(answer.mail), failure: null } : failed('broken', answer.failure),
      );
    const onError = (error: NodeJS.ErrnoException) => settle(failed(...reasonOf(error)));
    const onExit = () => settle(failed('broken', 'Reading ended by itself.'));
    const onTime = () => settle(failed('slow', `Reading took more than ${milliseconds / 1_000} seconds.`));
    const timer = setTimeout(onTime, milliseconds);
    const settle = (reading: Reading) => {
      clearTimeout(timer);
      thread.off('message', onMessage).off('error', onError).off('exit', onExit);
      resolve(reading);
    };
    thread.on('message', onMessage).on('error', onError).on('exit', onExit);
    thread.postMessage(raw);
  });
}

const failed = (kind: Failure['kind'], message: string): Reading => ({
  mail: null,
  failure: { kind, message },
});

function reasonOf(error: NodeJS.ErrnoException): [Failure['kind'], string] {
  return error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? ['big', 'Reading took more memory than one mail may have.']
    : ['broken', error.message];
}

/** Buffers cross threads as plain arrays of bytes. */
function whole(mail: ReadMail): ReadMail {
  for (const file of mail.files) {
    const { buffer, byteOffset, byteLength } = file.content;
    file.content = Buffer.from(buffer, byteOffset, byteLength);
  }
  return mail;
}
