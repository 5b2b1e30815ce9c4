import type { Tx } from '../src/domain/context.ts';
import type { Company } from './company.ts';

/** The lists that the company's coordinators gave names to. */
export async function insertSavedViews(tx: Tx, { people, teams, categories }: Company): Promise<void> {
  const usual = {
    sort: null,
    q: '',
    columns: null,
    team_id: null,
    created_at: tx.now(),
    updated_at: tx.now(),
  };
  await tx.db('saved_views').insert([
    {
      ...usual,
      owner_id: people.kwame,
      scope: 'everyone',
      name: 'Scanners, all depots',
      base: 'all',
      filters: JSON.stringify({ category: String(categories.scanners) }),
      position: 1,
    },
    {
      ...usual,
      owner_id: people.marek,
      scope: 'own',
      name: 'New starters, December',
      base: 'all',
      q: 'starter',
      filters: JSON.stringify({}),
      position: 1,
    },
    {
      ...usual,
      owner_id: people.aisha,
      scope: 'team',
      team_id: teams.hr,
      name: 'Payroll (HR team)',
      base: 'all',
      sort: 'updated',
      filters: JSON.stringify({ category: String(categories.pay) }),
      columns: ['priority', 'number', 'requester', 'status', 'assignee', 'category', 'updated'],
      position: 1,
    },
  ]);
}
