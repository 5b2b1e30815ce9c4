import type { Person } from '../access/actor.ts';
import type { Tx } from '../context.ts';
import { oneLine } from './cleaning.ts';
import type { MailAddress } from './message.ts';
import { ACCOUNT_COLUMNS, type Account, asciiLower, asWriter, isPlainAddress } from './senders.ts';

/**
 * Somebody who wrote to us, as one who may write: their account, or a contact made of the mail. A contact has no
 * password and can set none (identity/resetting.ts) until an admin invites them.
 */
export async function writerOf(tx: Tx, account: Account | null, who: MailAddress): Promise<Person> {
  const contact = account ?? (await contactAt(tx, who, 'active'));
  if (contact.status === 'pending') await knowFromNowOn(tx, contact);
  return asWriter(contact);
}

/** Somebody who is only answered once, that we do not take their mail: that makes them nobody whom we know. */
export const addresseeOf = async (tx: Tx, account: Account | null, who: MailAddress): Promise<number> =>
  (account ?? (await contactAt(tx, who, 'pending'))).id;

const knowFromNowOn = (tx: Tx, { id }: Account) =>
  tx.db('users').where({ id, source: 'mail', status: 'pending' }).update({ status: 'active' });

async function contactAt(
  tx: Tx,
  { name, address }: MailAddress,
  status: 'active' | 'pending',
): Promise<Account> {
  const plain = asciiLower(oneLine(address, 254));
  // What is no plain address stands in the name: mail could not be sent there, and it might look like another's.
  const email = isPlainAddress(plain) ? plain : null;
  const row = {
    email,
    ...namesOf(name || (email ? '' : plain)),
    source: 'mail',
    status,
    created_at: tx.now(),
  };
  const [made] = await tx
    .db('users')
    .insert(row)
    .onConflict()
    .ignore()
    .returning<Account[]>([...ACCOUNT_COLUMNS]);
  if (made) return made;
  // Made by another mail at this moment.
  const known = await tx
    .db('users')
    .whereRaw('lower(email) = ?', [email])
    .first<Account | undefined>(...ACCOUNT_COLUMNS);
  if (!known) throw new Error('A contact was neither made nor there');
  return known;
}

/** "Lee, Ann" and "Ann Lee" are Ann Lee. */
export function namesOf(name: string): { first_name: string; last_name: string } {
  const line = oneLine(name, 160)
    .replace(/^["']+|["']+$/g, '')
    .trim();
  const [, last, first] = /^([^,]+),\s*([^,]+)$/.exec(line) ?? [];
  if (first && last) return { first_name: first.slice(0, 80).trim(), last_name: last.slice(0, 80).trim() };
  const at = line.indexOf(' ');
  if (at < 0) return { first_name: line.slice(0, 80), last_name: '' };
  return {
    first_name: line.slice(0, at).slice(0, 80),
    last_name: line
      .slice(at + 1)
      .slice(0, 80)
      .trim(),
  };
}
