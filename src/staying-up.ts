import type { Logger } from './platform/logger.ts';

/**
 * One bad request or job must not take the process down: what nobody caught is logged, and the process goes on.
 * What is under way in it is safe, since each change is a transaction.
 */
export function surviveStrayErrors(log: Logger) {
  process.on('unhandledRejection', reason =>
    log.error({ err: String((reason as Error)?.stack ?? reason) }, 'unhandled rejection'),
  );
  process.on('uncaughtException', error => log.error({ err: error.stack }, 'uncaught exception'));
}

/**
 * Resolves at the first signal to stop. Further ones change nothing: the terminal and npm both send Ctrl-C.
 * Call it first thing: a signal that comes while starting waits until there is something whole to stop.
 */
export function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal));
  });
}
