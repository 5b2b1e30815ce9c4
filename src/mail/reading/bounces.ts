import type { Report } from '../../domain/mail/message.ts';
import { complaint, notification, oldComplaint } from './bounces-feedback.ts';
import { type Parts, partsOf } from './bounces-parts.ts';
import { standard } from './bounces-standard.ts';
import { noticeAndReturned } from './bounces-text.ts';
import { isLetter, told } from './bounces-told.ts';

/**
 * The delivery report a mail is, or null. Takes the raw mail, because reports that follow no standard are
 * told by their bytes, and looks at a bounded part of it alone. Somebody who asks about a report and shows it has
 * written a letter.
 */
export function reportOf(raw: Buffer): Report | null {
  const parts = partsOf(raw);
  const { notice, returned } = noticeAndReturned(parts.leaves);
  const recipients =
    oldComplaint(parts, returned) ??
    (isLetter(parts)
      ? null
      : (complaint(parts, returned) ??
        standard(parts, notice, returned) ??
        notification(parts) ??
        told(parts, notice, returned)));
  return (
    recipients && {
      recipients: recipients.slice(0, 100),
      originalId: messageIdOf(returned) ?? answeredBy(parts),
    }
  );
}

const messageIdOf = (returned: string) =>
  /^\s{0,3}message-id:\s{0,80}(<[^\s<>]{1,900}>)/im.exec(returned.slice(0, 64 * 1024))?.[1] ?? null;

/** Gmail and Exchange answer the mail they return. */
const answeredBy = ({ headers }: Parts) =>
  /<[^\s<>]{1,900}>/.exec(headers.get('in-reply-to') ?? headers.get('x-original-message-id') ?? '')?.[0] ??
  null;
