import { sweep } from '../domain/sweeping.ts';
import { type Job, touching } from './job.ts';

export const sweepAway: Job = async ({ ctx, touch, goOn }) => {
  const swept = await touching(touch, () => sweep(ctx, goOn));
  ctx.log.info({ swept }, 'old rows were swept away');
};
