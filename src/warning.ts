import type { Services } from './services.ts';

/** Tells once a process, in words, what its settings allow that may not be meant. */
export function warnOfSettings({ config, log }: Pick<Services, 'config' | 'log'>): void {
  for (const warning of config.warnings) log.warn(warning);
}
