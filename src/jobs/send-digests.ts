import { makeDigests } from '../domain/notifications/digesting.ts';
import { type Job, touching } from './job.ts';

/** Queues them; sending is the mails' own job. */
export const sendDigests: Job = async ({ ctx, touch, goOn }) => {
  await touching(touch, () => makeDigests(ctx, goOn));
};
