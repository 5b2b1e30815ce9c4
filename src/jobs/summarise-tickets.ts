import { makeSummaries } from '../domain/tickets/summarising.ts';
import { type Job, touching } from './job.ts';

export const summariseTickets: Job = async ({ ctx, outgoing, touch, goOn }) => {
  const { llm } = outgoing;
  if (llm) await touching(touch, () => makeSummaries(ctx, llm, { goOn }));
};
