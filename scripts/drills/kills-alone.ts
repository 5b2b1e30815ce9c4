import { cast, demoPassword } from '../../seeds/cast.ts';
import type { Say, Verdict } from '../drill.ts';
import { drillKills } from './kills.ts';
import { withPlace } from './place.ts';

/** As `npm start` runs it: the built-in database with fsync, and leases that run out by themselves. */
export async function kills({ rounds, say }: { rounds: number; say: Say }): Promise<Verdict> {
  const report = await withPlace('kills', place =>
    drillKills(
      { ...place, account: { email: cast.jonas.email, password: demoPassword } },
      { rounds, people: 3, calm: 6, hurry: false, say },
    ),
  );
  const { faults, ...figures } = report;
  return {
    faults,
    lines: [
      `${rounds} kills, ${figures.raised} tickets, each there once`,
      `${figures.unknown} had no answer when the process was killed; ${figures.unknownButThere} of them were there, and a retry led to them`,
      `${figures.mails} mails arrived, ${figures.duplicates} of them twice, under the same Message-ID`,
    ],
  };
}
