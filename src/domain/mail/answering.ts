import { query } from '../../db/knex.ts';
import type { Context } from '../context.ts';
import { replyAddress } from './keys.ts';

/** How a mail about a ticket is answered, and which mails of the person it continues. */
export type Answering = {
  /** Where answers go; null where no mailbox of ours reads them. */
  address: string | null;
  /** The Message-ID of the person's own last mail to the ticket, so that their mail program shows one conversation. */
  inReplyTo: string | null;
  /** The mails that came in to the ticket, oldest first. None that became a note: it would tell that there is one. */
  references: string[];
};

type About = { id: number; number: number; teamId: number | null; categoryId: number | null };
type MailboxRow = { address: string; plus: boolean };
type MailRow = { messageId: string; isOwn: boolean };

/**
 * The mailbox of the ticket's category, else of its team, else one that is for everybody. Never that of another team:
 * its people would find answers there that are not for them.
 */
const MAILBOX = `
  select m.address, m.plus_addressing as plus
  from mailboxes m left join categories c on c.id = ?
  where m.is_active and m.archived_at is null
    and (m.category_id is null or m.category_id in (c.id, c.parent_id))
    and (m.team_id is null or m.team_id = ? or m.category_id is not null)
  order by coalesce(m.category_id = c.id, false) desc, m.category_id is not null desc,
           coalesce(m.team_id = ?, false) desc, m.team_id is null desc, m.id limit 1`;

const MAILS = `
  select i.message_id as "messageId", i.person_id = ? as "isOwn"
  from inbound_mails i left join comments c on c.id = i.comment_id
  where i.ticket_id = ? and i.fate in ('ticket', 'appended') and i.message_id is not null
    and coalesce(c.kind, '') <> 'note' order by i.id desc limit 20`;

export async function answeringOf(ctx: Context, ticket: About, userId: number): Promise<Answering> {
  const { categoryId, teamId } = ticket;
  const [mailbox] = await query<MailboxRow>(ctx.db, MAILBOX, [categoryId, teamId, teamId]);
  const mails = await query<MailRow>(ctx.db, MAILS, [userId, ticket.id]);
  const known = mails.filter(({ messageId }) => isSound(messageId));
  return {
    address: mailbox ? addressOf(ctx, mailbox, ticket.number, userId) : null,
    inReplyTo: known.find(({ isOwn }) => isOwn)?.messageId ?? null,
    references: known.map(({ messageId }) => messageId).reverse(),
  };
}

const addressOf = (ctx: Context, { address, plus }: MailboxRow, ticketNumber: number, userId: number) =>
  plus ? replyAddress(ctx, address, { ticketNumber, userId }) : address;

/** A stranger wrote it: only what may stand in our header as it is. */
const isSound = (id: string) => /^<[\x21-\x3b\x3d\x3f-\x7e]{1,250}>$/.test(id);
