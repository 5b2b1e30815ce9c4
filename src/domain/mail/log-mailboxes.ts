import type { Context } from '../context.ts';
import { authorize } from '../policies.ts';

export type MailboxChoice = { id: number; name: string; address: string };

/** Mailboxes to narrow the log by; also those that are gone, since their mails stay. */
export async function mailboxChoices(ctx: Context): Promise<MailboxChoice[]> {
  authorize(ctx, 'mail.manage');
  return ctx
    .db('mailboxes')
    .orderByRaw('archived_at is not null, lower(name), id')
    .limit(200)
    .select('id', 'name', 'address');
}
