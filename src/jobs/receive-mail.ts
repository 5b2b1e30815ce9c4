import { receiveDue } from '../mail/receiving.ts';
import { type Job, touching } from './job.ts';

export const receiveMail: Job = async ({ ctx, services, touch, goOn }) => {
  await touching(touch, () => receiveDue(ctx, services.config, { goOn }));
};
