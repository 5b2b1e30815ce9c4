import { parentPort } from 'node:worker_threads';
import { readMail } from './reading.ts';

/** The thread of `readSafely`: reads one mail at a time and may be ended amid any of them. */
parentPort!.on('message', async (raw: Uint8Array) => {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  try {
    parentPort!.postMessage({ mail: await readMail(bytes) });
  } catch (error) {
    const failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    parentPort!.postMessage({ failure });
  }
});

parentPort!.postMessage('ready');
