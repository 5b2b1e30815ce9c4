import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Two files run at a time, so one that takes minutes must not begin last: these go first, the rest by vitest's own
 * order. A name that no longer exists costs nothing.
 */
const SLOWEST = [
  'system/every-page-desk',
  'system/every-page',
  'system/without-scripts',
  'system/languages',
  'system/thirty-tickets',
  'system/weight',
  'system/bulk',
  'system/composer',
  'faults/kills',
  'web/access/every-route',
  'faults/work',
  'jobs/receiving-killed',
  'mail/killing',
  'jobs/killing',
  'faults/mail',
  'faults/processes',
  'mail/fetching',
  'web/canary',
  'db/embedded',
  'db/opening',
  'db/migrations',
  'tests/start',
  'live/many-streams',
  'tickets/edits-at-once',
  'seeds/bulk',
];

export default class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const others = await super.sort(files);
    const place = ({ moduleId }: TestSpecification) => {
      const found = SLOWEST.findIndex(name => moduleId.includes(name));
      return found < 0 ? SLOWEST.length : found;
    };
    return others.toSorted((a, b) => place(a) - place(b));
  }
}
