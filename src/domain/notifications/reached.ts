import { isPerson } from '../access/actor.ts';
import type { Context } from '../context.ts';

/** Whether mails to the person's own address came back for good, so that none is sent there any more. */
export async function comesBack({ db, actor }: Context): Promise<boolean> {
  if (!isPerson(actor)) return false;
  const found = await db('users as u')
    .joinRaw('join mail_addresses a on a.address = lower(u.email) and a.undeliverable_since is not null')
    .where('u.id', actor.id)
    .first('u.id');
  return found !== undefined;
}
