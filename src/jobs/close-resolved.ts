import { closeResolvedTickets } from '../domain/tickets/closing.ts';
import type { Job } from './job.ts';

const BITE = 50;

export const closeResolved: Job = async ({ ctx, touch, goOn }) => {
  while (goOn() && (await closeResolvedTickets(ctx, BITE)) === BITE) await touch();
};
