import type { Tx } from '../context.ts';
import { lockTicket, type Ticket } from './ticket.ts';

/** Two tickets, in the order of their keys, so that two people who go both ways cannot wait for each other. */
export async function lockBoth(
  tx: Tx,
  one: { id: number },
  other: { id: number },
): Promise<{ from: Ticket; into: Ticket }> {
  if (one.id === other.id) {
    const same = await lockTicket(tx, one);
    return { from: same, into: same };
  }
  const [first, second] = one.id < other.id ? [one, other] : [other, one];
  const [a, b] = [await lockTicket(tx, first), await lockTicket(tx, second)];
  return one.id < other.id ? { from: a, into: b } : { from: b, into: a };
}
