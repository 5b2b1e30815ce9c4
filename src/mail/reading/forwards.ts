import type { MailAddress } from '../../domain/mail/message.ts';

export type Forwarded = { from: MailAddress; subject: string; date: Date | null; text: string };

/** Whose mail was passed on, where the text (plain, whole) shows a forwarding client's header block. HTML is as it came. */
export function forwardedIn(_text: string, _html: string | null): Forwarded | null {
  return null;
}
