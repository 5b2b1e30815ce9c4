import { foldTicketCounts } from '../domain/tickets/counting.ts';
import type { Job } from './job.ts';

export const foldCounts: Job = ({ ctx }) => foldTicketCounts(ctx);
