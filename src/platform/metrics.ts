import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export function createMetrics({ processMetrics = true } = {}) {
  const registry = new Registry();
  if (processMetrics) collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    requests: new Histogram({
      name: 'http_request_seconds',
      help: 'Time to answer, by route and status class',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    events: new Counter({
      name: 'events_dispatched_total',
      help: 'Events taken from the outbox',
      labelNames: ['result'],
      registers,
    }),
    mails: new Counter({
      name: 'mail_deliveries_total',
      help: 'Mails by result',
      labelNames: ['result'],
      registers,
    }),
    mailsTaken: new Counter({
      name: 'mails_taken_total',
      help: 'Mails that came in, by where from and whether they were new',
      labelNames: ['source', 'result'],
      registers,
    }),
    mailFaults: new Counter({
      name: 'mailbox_faults_total',
      help: 'Connections to mailboxes that failed, by what was wrong',
      labelNames: ['fault'],
      registers,
    }),
    jobs: new Histogram({
      name: 'job_seconds',
      help: 'Time a job took',
      labelNames: ['job', 'result'],
      registers,
    }),
    openStreams: new Gauge({
      name: 'live_streams_open',
      help: 'Pages that are told of changes as they happen',
      registers,
    }),
    queueDepth: new Gauge({
      name: 'event_queue_depth',
      help: 'Events that wait to be dispatched',
      registers,
    }),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
