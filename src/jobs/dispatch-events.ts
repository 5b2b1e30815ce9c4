import { dispatchEvents } from '../domain/events/dispatching.ts';
import { subscribers } from '../domain/subscribers.ts';
import type { Job } from './job.ts';

const BATCH = 25;

export const dispatch: Job = async ({ ctx, services, touch, goOn }) => {
  while (goOn()) {
    const { taken, failed } = await dispatchEvents(ctx, subscribers, BATCH);
    services.metrics.events.inc({ result: 'done' }, taken - failed);
    services.metrics.events.inc({ result: 'failed' }, failed);
    if (taken < BATCH) return;
    await touch();
  }
};
