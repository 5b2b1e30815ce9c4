import { deliverPushes } from '../domain/notifications/pushing.ts';
import { type Job, touching } from './job.ts';

export const deliverPush: Job = async ({ ctx, outgoing, touch, goOn }) => {
  await touching(touch, () => deliverPushes(ctx, outgoing.push, { goOn }));
};
