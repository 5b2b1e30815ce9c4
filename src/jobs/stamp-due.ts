import { stampDueTickets } from '../domain/tickets/due.ts';
import type { Job } from './job.ts';

const BITE = 500;

export const stampDue: Job = async ({ ctx, touch, goOn }) => {
  while (goOn() && (await stampDueTickets(ctx, BITE)) === BITE) await touch();
};
