import { workThroughRuns } from '../domain/bulk/working.ts';
import type { Job } from './job.ts';

export const runBulk: Job = ({ ctx, touch, goOn }) => workThroughRuns(ctx, { goOn, touch });
