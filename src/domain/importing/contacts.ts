import type { Tx } from '../context.ts';
import type { ImportRow } from './row.ts';

type Contact = ImportRow['requester'];

/**
 * The keys of those who asked, by reference. Whoever has an account with the address is that person; everybody
 * else becomes a contact without address and password, who therefore cannot sign in.
 */
export async function findContacts(tx: Tx, contacts: readonly Contact[]): Promise<Map<string, number>> {
  const byRef = new Map(contacts.map(contact => [contact.ref, contact]));
  const accounts = await accountsOf(
    tx,
    [...byRef.values()].flatMap(({ email }) => email ?? []),
  );
  const found = new Map<string, number>();
  const missing: Contact[] = [];
  for (const contact of byRef.values()) {
    const account = contact.email ? accounts.get(contact.email) : undefined;
    if (account) found.set(contact.ref, account);
    else missing.push(contact);
  }
  for (const [ref, id] of await contactsOf(tx, missing)) found.set(ref, id);
  return found;
}

async function accountsOf(tx: Tx, emails: string[]): Promise<Map<string, number>> {
  if (emails.length === 0) return new Map();
  const { rows } = await tx.db.raw<{ rows: { id: number; email: string }[] }>(
    `select id, lower(email) as email from users where lower(email) = any(?::text[]) and status in ('active', 'pending', 'suspended')`,
    [emails],
  );
  return new Map(rows.map(row => [row.email, row.id]));
}

async function contactsOf(tx: Tx, contacts: Contact[]): Promise<Map<string, number>> {
  if (contacts.length === 0) return new Map();
  // In one order, so that two imports at once cannot wait for each other.
  const rows = contacts
    .map(({ ref, firstName, lastName }) => ({
      first_name: firstName,
      last_name: lastName,
      source: 'import',
      source_ref: ref,
      status: 'active',
      created_at: tx.now(),
    }))
    .sort((a, b) => (a.source_ref < b.source_ref ? -1 : 1));
  await tx.db('users').insert(rows).onConflict('source_ref').ignore();
  const found = await tx
    .db('users')
    .whereIn(
      'source_ref',
      rows.map(row => row.source_ref),
    )
    .select<{ id: number; source_ref: string }[]>('id', 'source_ref');
  return new Map(found.map(row => [row.source_ref, row.id]));
}
