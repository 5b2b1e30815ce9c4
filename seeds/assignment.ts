import type { Tx } from '../src/domain/context.ts';
import type { Company } from './company.ts';

const DAY = 86_400_000;

/**
 * Who is there, and how tickets find an owner: Facilities shares by load, Finance is at home this week. IT and HR take
 * theirs by hand, so that the stories keep the owners they tell of.
 */
export async function settleAssignment(tx: Tx, { people, teams }: Company): Promise<void> {
  await tx.db('team_assignments').insert([
    { team_id: teams.facilities, method: 'least-loaded', sticky_days: 30, max_open: 15 },
    { team_id: teams.it, method: 'off', max_open: 40 },
  ]);
  const day = (days: number) => new Date(tx.now().getTime() + days * DAY).toISOString().slice(0, 10);
  await tx.db('working_times').insert([
    { user_id: people.elif, absent_from: day(-1), absent_until: day(5) },
    {
      user_id: people.priya,
      days: [1, 2, 3, 4],
      starts: '07:00',
      ends: '15:30',
      absent_from: day(20),
      absent_until: day(34),
    },
    { user_id: people.bram, days: [1, 2, 3, 4, 5], starts: '06:00', ends: '14:30' },
  ]);
}
