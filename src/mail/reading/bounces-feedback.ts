import type { Bounced } from '../../domain/mail/message.ts';
import { bounced, enhancedIn } from './bounces-judging.ts';
import { fieldsOf, opened, type Parts } from './bounces-parts.ts';
import { bareAddress } from './bounces-text.ts';

/** What services tell in forms of their own: complaints, and Amazon's notifications. */

/** RFC 5965: somebody pressed "this is spam". */
export function complaint({ leaves }: Parts, returned: string): Bounced[] | null {
  const leaf = leaves.find(leaf => leaf.type === 'message/feedback-report');
  if (!leaf) return null;
  const fields = fieldsOf(leaf.text.replace(/\n{2,}/g, '\n').trim());
  const of =
    fields.get('original-rcpt-to') ??
    fields.get('removal-recipient') ??
    opened(returned).headers.get('to') ??
    '';
  return [feedback(bareAddress(of), fields.get('feedback-type') ?? '')];
}

/** Hotmail's, before there was a standard. */
export const oldComplaint = ({ headers }: Parts, returned: string): Bounced[] | null =>
  returned !== '' &&
  bareAddress(headers.get('from') ?? '').toLowerCase() === 'staff@hotmail.com' &&
  /^\s{0,3}complaint about message from /i.test(headers.get('subject') ?? '')
    ? [feedback(bareAddress(opened(returned).headers.get('to') ?? ''), 'abuse')]
    : null;

const feedback = (address: string, diagnostic: string): Bounced => ({
  address,
  status: null,
  kind: 'soft',
  reason: 'feedback',
  diagnostic,
});

/** Amazon SES tells by JSON, when told to tell by a topic. */
export function notification({ leaves }: Parts): Bounced[] | null {
  const json = leaves[0]?.text ?? '';
  if (!/"?notificationType/.test(json.slice(0, 4000))) return null;
  const plain = json.replace(/\\"/g, '"');
  const address = /"(?:emailAddress|recipients)"\s*:\s*\[?\s*"([^"]{3,320})"/.exec(plain)?.[1];
  if (!address) return null;
  const field = (name: string) => new RegExp(`"${name}"\\s*:\\s*"([^"]{0,2000})"`).exec(plain)?.[1] ?? null;
  if (/"notificationType"\s*:\s*"Delivery"/.test(plain))
    return [
      {
        address,
        status: enhancedIn(field('smtpResponse') ?? ''),
        kind: 'delivered',
        reason: 'delivered',
        diagnostic: field('smtpResponse') ?? '',
      },
    ];
  if (/"notificationType"\s*:\s*"Complaint"/.test(plain))
    return [feedback(address, field('complaintFeedbackType') ?? '')];
  const text = field('diagnosticCode') ?? plain.slice(0, 2000);
  return [bounced({ address, text, stated: field('status'), isDelayed: false, type: '' })];
}
