import type { Services } from '../../services.ts';

const draining = new WeakSet<object>();

/** From now on `/health/ready` says no, and each answer ends its connection: nothing new is to come here. */
export const startDraining = (services: Services) => {
  draining.add(services);
};

export const isDraining = (services: Services) => draining.has(services);
