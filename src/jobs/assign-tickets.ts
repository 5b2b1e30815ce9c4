import { assignWaiting } from '../domain/assignment/assigning.ts';
import { continueHandOvers } from '../domain/assignment/handing-over.ts';
import { releaseForAbsent } from '../domain/assignment/releasing.ts';
import { type Job, touching } from './job.ts';

/** What somebody is not there for goes back first, so that the same turn can give it away. */
export const assignTickets: Job = ({ ctx, touch, goOn }) =>
  touching(touch, async () => {
    await continueHandOvers(ctx, goOn);
    await releaseForAbsent(ctx, goOn);
    await assignWaiting(ctx, goOn);
  });
