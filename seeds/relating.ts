import type { Tx } from '../src/domain/context.ts';
import { loadSignedIn } from '../src/domain/identity/person.ts';
import type { Relation } from '../src/domain/tickets/link.ts';
import { linkTickets } from '../src/domain/tickets/linking.ts';
import { mergeTickets } from '../src/domain/tickets/merging.ts';
import { findTicket, type Ticket } from '../src/domain/tickets/ticket.ts';
import type { Company } from './company.ts';

const LINKS: readonly [subject: string, relation: Relation, other: string][] = [
  ['Scanners at Dock 4 stuck%', 'child', 'Scanner 4-17 restarts%'],
  ['Scanners at Dock 4 stuck%', 'child', 'Scanner 4-09 does not charge%'],
  ['Scanners at Dock 4 stuck%', 'child', 'Scanner shows “Queued”%'],
  ['Scanners at Dock 4 stuck%', 'related', 'All scanners at Dock 4%'],
  ['VPN drops every 20 minutes%', 'related', 'Slow VPN in the evening'],
  ['VPN drops every 20 minutes%', 'related', 'VPN disconnects at home%'],
  ['Laptop for a new starter%', 'blocked-by', 'Access to Fleet Planner%'],
];

const MERGED = ['VPN dropped in the middle of a call again', 'VPN drops every 20 minutes%'] as const;

/** Tickets that belong together, said by a coordinator just now; and how often each tag is used. */
export async function relateTickets(tx: Tx, company: Company): Promise<void> {
  const marek = await loadSignedIn(tx.db, company.people.marek);
  if (!marek) throw new Error('Marek may not sign in');
  const own: Tx = { ...tx, actor: marek.person, transaction: work => work(own) };
  for (const [subject, relation, other] of LINKS)
    await linkTickets(own, await called(own, subject), await called(own, other), relation);
  await mergeTickets(own, await called(own, MERGED[0]), await called(own, MERGED[1]));
  await tx.db.raw('update tags set uses = (select count(*) from tickets where tags @> array[name])');
}

async function called(tx: Tx, subject: string): Promise<Ticket> {
  const row = await tx.db('tickets').whereLike('subject', subject).first<{ number: number }>('number');
  if (!row) throw new Error(`No ticket called “${subject}”`);
  return findTicket(tx, row.number);
}
