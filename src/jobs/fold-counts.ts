import { foldTicketCounts } from '../domain/tickets/counting.ts';
import { foldTeamTags } from '../domain/tickets/tagging.ts';
import type { Job } from './job.ts';

export const foldCounts: Job = async ({ ctx }) => {
  await foldTicketCounts(ctx);
  await foldTeamTags(ctx);
};
