import type { Tx } from '../context.ts';
import { findTicketById } from '../tickets/ticket.ts';
import { letIn } from '../tickets/watching.ts';
import type { Looked } from './looking.ts';
import { withoutPlus } from './loops.ts';
import { asciiLower, isPlainAddress } from './senders.ts';

/** A mail lets in no more people than this, however many it was copied to. */
const MOST = 10;

/**
 * People whom a mail was copied to watch its ticket, where the mailbox says so. Only people we know: a mail must not
 * make us write to addresses that it merely names.
 */
export async function letCopiedIn(
  tx: Tx,
  { mail, own }: Looked,
  ticketId: number,
  writerId: number,
): Promise<void> {
  const addresses = [...mail.to, ...mail.cc]
    .map(each => asciiLower(each.address.trim()))
    .filter(address => isPlainAddress(address) && !own.has(withoutPlus(address)));
  if (addresses.length === 0) return;
  const ticket = await findTicketById(tx, ticketId);
  const people = await tx
    .db('users')
    .whereRaw('lower(email) = any(?::text[])', [[...new Set(addresses)].slice(0, 50)])
    .where({ status: 'active' })
    .whereNotIn('id', [writerId, ticket.requesterId])
    .orderBy('id')
    .limit(MOST)
    .select<{ id: number; firstName: string; lastName: string }[]>(
      'id',
      'first_name as firstName',
      'last_name as lastName',
    );
  for (const person of people) await letIn(tx, ticket, person);
}
