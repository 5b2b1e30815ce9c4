import { releaseReplies } from '../domain/tickets/releasing.ts';
import type { Job } from './job.ts';

const BITE = 50;

export const releaseHeld: Job = async ({ ctx, touch, goOn }) => {
  while (goOn() && (await releaseReplies(ctx, BITE)) === BITE) await touch();
};
