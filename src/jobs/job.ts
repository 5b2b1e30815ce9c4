import type { Context } from '../domain/context.ts';
import type { PushCarrier } from '../domain/notifications/pushing.ts';
import type { Post } from '../domain/notifications/sending.ts';
import type { Llm } from '../platform/llm.ts';
import type { MailTransport } from '../platform/mail-transport.ts';
import type { Services } from '../services.ts';

/** What the worker has beside the services. */
export type Outgoing = { transport: MailTransport; post: Post; push: PushCarrier; llm?: Llm };

/** One run of a job, with the settings of this moment. */
export type Turn = {
  ctx: Context;
  services: Services;
  outgoing: Outgoing;
  /** Says that the job still works; to be called at least every 15 seconds. */
  touch(): Promise<void>;
  /** False once the worker is to stop or the turn has had its time: finish what is begun, leave the rest. */
  goOn(): boolean;
};

export type Job = (turn: Turn) => Promise<void>;

const TOUCH_MS = 10_000;

/** Says "still at work" while `work` takes its time, and never after it has ended. */
export async function touching<T>(touch: Turn['touch'], work: () => Promise<T>): Promise<T> {
  let touched = Promise.resolve();
  const timer = setInterval(() => {
    touched = touch().catch(() => {});
  }, TOUCH_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    await touched;
  }
}
