import type { Context } from '../context.ts';
import { NotFound } from '../errors.ts';
import { visibleTickets } from './finding.ts';

/** What of a message came by mail, beside its words. */
export type CommentMail = {
  /** In the mail log; null for who does not work the ticket. */
  id: number | null;
  /** The new part as HTML; null where there is none, or where it is too long for a page of many messages. */
  html: string | null;
  isLong: boolean;
  quoted: string | null;
  hasPictures: boolean;
  labels: string[] | null;
  /** Names of files of a kind or size that is not taken: whoever reads the message must not wait for them. */
  left: string[] | null;
  calendar: { summary?: string; start?: string | null; end?: string | null; location?: string } | null;
};

/** One who got the message by mail, or did not. For who works the ticket. */
export type Addressee = {
  id: number;
  name: string;
  fate: 'waiting' | 'sent' | 'failed' | 'bounced' | 'cancelled';
  reason: string | null;
};

/** A thread of many long mails stays one light page: what is longer has a document of its own. */
const LONGEST_HTML = 20_000;
const LONGEST_QUOTE = 4_000;

/** Column of the timeline, of the comment `c`; `works` says whether the person works its ticket. */
export const MAIL_COLUMN = (works: string) => `
  (select jsonb_build_object('id', case when ${works} then cm.mail_id end,
            'html', case when length(cm.html) <= ${LONGEST_HTML} then cm.html end, 'isLong', length(cm.html) > ${LONGEST_HTML},
            'quoted', left(nullif(cm.quoted_text, ''), ${LONGEST_QUOTE}), 'hasPictures', cm.has_remote_images,
            'labels', im.detail -> 'labels', 'left', im.detail -> 'filesLeft', 'calendar', im.detail -> 'calendar')
   from comment_mails cm join inbound_mails im on im.id = cm.mail_id
   where cm.comment_id = c.id and c.redacted_at is null) as mail`;

/** Whom the message went to. That a team was told of a new ticket is no letter. */
export const SENT_COLUMN = (works: string) => `
  case when ${works} and c.source <> 'import' then (
    select jsonb_agg(jsonb_build_object('id', d.id, 'name', coalesce(nullif(trim(du.first_name || ' ' || du.last_name), ''), du.email, '–'),
             'fate', case when d.bounced_at is not null and d.state <> 'failed' then 'bounced' when d.state in ('pending', 'sending') then 'waiting' else d.state end,
             'reason', d.bounce ->> 'reason') order by d.id)
    from events de join deliveries d on d.event_id = de.id and d.channel = 'mail' join users du on du.id = d.recipient_id
    where de.comment_id = c.id and d.template <> 'ticket-new') end as "sentTo"`;

export type MailPart = {
  html: string;
  /** Pictures that the HTML names by their Content-ID. */
  pictures: { contentId: string; contentType: string; size: number; storageKey: string }[];
};

/** The HTML of a message that came by mail, for whoever may read the message. */
export async function commentMail(ctx: Context, number: number, commentId: number): Promise<MailPart> {
  const scope = visibleTickets(ctx);
  const [part] = await scope.read<MailPart>(
    ctx.db,
    `select cm.html,
            coalesce((select jsonb_agg(jsonb_build_object('contentId', f.content_id, 'contentType', f.content_type, 'size', f.size,
                             'storageKey', f.storage_key) order by f.id)
                      from attachments f where f.comment_id = c.id and f.content_id is not null and f.redacted_at is null), '[]') as pictures
     from comments c join tickets t on t.id = c.ticket_id join comment_mails cm on cm.comment_id = c.id
     where t.number = :number and c.id = :comment and cm.html is not null and c.redacted_at is null
       and ${scope.visible} and (c.kind = 'reply' or ${scope.works})`,
    { number, comment: commentId },
  );
  if (!part) throw new NotFound('No such message');
  return part;
}
