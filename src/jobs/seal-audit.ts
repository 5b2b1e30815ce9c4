import { sealEvents } from '../domain/audit/sealing.ts';
import type { Job } from './job.ts';

export const sealAudit: Job = async ({ ctx }) => {
  const sealed = await sealEvents(ctx);
  if (sealed > 0) ctx.log.debug({ sealed }, 'events were sealed');
};
