import type { Context } from '../context.ts';
import { NotFound } from '../errors.ts';

/** A mail as it was written, kept where no mail server is configured and the database holds demo data. */
export type KeptMail = {
  id: number;
  sentAt: Date;
  template: string;
  from: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  headers: Record<string, string>;
};

type Row = {
  id: number;
  sent_at: Date;
  template: string;
  message: Omit<KeptMail, 'id' | 'sentAt' | 'template'>;
};

/** Newest first. */
export async function listMailbox(
  ctx: Context,
  { before, limit = 30 }: { before?: number | undefined; limit?: number } = {},
): Promise<{ rows: KeptMail[]; more: boolean }> {
  const rows: Row[] = await ctx
    .db('deliveries')
    .where({ channel: 'mail', state: 'sent' })
    .whereNotNull('message')
    .modify(found => {
      if (before) found.where('id', '<', before);
    })
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .select('id', 'sent_at', 'template', 'message');
  return { rows: rows.slice(0, limit).map(kept), more: rows.length > limit };
}

export async function findKeptMail(ctx: Context, id: number): Promise<KeptMail> {
  const row: Row | undefined = await ctx
    .db('deliveries')
    .where({ id, channel: 'mail' })
    .whereNotNull('message')
    .first('id', 'sent_at', 'template', 'message');
  if (!row) throw new NotFound('No such mail');
  return kept(row);
}

const kept = ({ id, sent_at, template, message }: Row): KeptMail => ({
  id,
  sentAt: sent_at,
  template,
  ...message,
});
