import pino, { type Logger } from 'pino';
import type { Config } from '../config/config.ts';

export type { Logger };

/** One JSON line an event; secrets never reach it, and a value cannot forge a second line (JSON escapes it). */
export const createLogger = (
  config: Pick<Config, 'logLevel'>,
  destination?: pino.DestinationStream,
): Logger =>
  pino(
    {
      level: config.logLevel,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      redact: {
        paths: [
          'password',
          '*.password',
          'token',
          '*.token',
          'cookie',
          '*.cookie',
          'authorization',
          '*.authorization',
        ],
        censor: '[removed]',
      },
    },
    destination ?? pino.destination({ fd: 1, sync: false }),
  );
