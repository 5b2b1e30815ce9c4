import type { Tx } from '../src/domain/context.ts';
import type { Company } from './company.ts';

const HOUR = 3_600_000;

/** Where Halden Freight's mail comes in: pushed, since a demo has no mail server to fetch it from. */
export async function insertMailboxes(tx: Tx, { teams }: Company): Promise<void> {
  const now = tx.now().getTime();
  const founded = new Date(now - 390 * 24 * HOUR);
  const shared = { kind: 'push', created_at: founded, updated_at: founded, watched_since: founded };
  await tx.db('mailboxes').insert([
    {
      ...shared,
      name: 'Support',
      address: 'support@halden.example',
      aliases: ['it@halden.example', 'helpdesk@halden.example'],
      team_id: teams.it,
      cc_watch: true,
      last_mail_at: new Date(now - 0.4 * HOUR),
    },
    {
      ...shared,
      name: 'Facilities',
      address: 'facilities@halden.example',
      aliases: [],
      team_id: teams.facilities,
      unknown_senders: 'park',
      last_mail_at: new Date(now - 26 * HOUR),
    },
  ]);
}
