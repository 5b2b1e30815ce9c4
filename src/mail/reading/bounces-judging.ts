import type { Bounced } from '../../domain/mail/message.ts';
import { ADDRESS } from './bounces-text.ts';
import { concludedStatus, isHard, reasonOf } from './bounces-words.ts';

/** From the words of a server to status, reason and kind. */

const CODE = '[245]\\.\\d{1,3}\\.\\d{1,3}';
/** The code right behind an SMTP reply says more than one in the running text. */
export function enhancedIn(text: string): string | null {
  const replies = [
    ...text.matchAll(new RegExp(`(?<![\\d.])[245]\\d\\d[ -]['"#(]{0,2}(${CODE})(?![\\d.]*\\d)`, 'g')),
  ].map(match => match[1]!);
  const named = replies.filter(code => !code.endsWith('.0.0'));
  const any = new RegExp(`(?<![\\d.\\w-])#?(${CODE})(?!\\.?\\d)`).exec(text)?.[1];
  return named.at(-1) ?? replies.at(-1) ?? any ?? null;
}

const replyIn = (text: string) =>
  /(?<![\d.#/-])([245]\d\d)(?=[ -])(?! ?(?:byte|minute|hour|day|KB|MB))/.exec(text)?.[1] ?? null;

export type Failure = {
  address: string;
  /** What was said about it. */
  text: string;
  stated: string | null;
  isDelayed: boolean;
  /** Of the diagnostic code: `smtp`, `x-unix`. */
  type: string;
};

/** What is known of a failure: the words said, the status stated, whether it may still arrive. */
export function bounced({ address, text, stated, isDelayed, type }: Failure): Bounced {
  const told = statusOf(text, stated);
  const reason = laterReason(
    reasonOf(`${type === 'x-unix' ? 'x-unix ' : ''}${withoutAddress(text)}`, told),
    text,
    told,
  );
  const isTemporary = told ? told.startsWith('4') : isDelayed || (replyIn(text) ?? '5').startsWith('4');
  const status = told ?? concludedStatus(reason, isTemporary);
  const kind = isDelayed ? 'delayed' : isHard(reason, status) ? 'hard' : 'soft';
  return { address, status, kind, reason, diagnostic: text.replace(/\s+/g, ' ').trim().slice(0, 2000) };
}

/** Names in addresses are no reasons ("userunknown@…"). */
const withoutAddress = (text: string) => text.slice(0, 4000).replace(ADDRESS, ' ');

/** Refused after its content was seen: not the address but a filter of its owner did that. */
function laterReason(reason: string, text: string, status: string | null): string {
  const isAfterContent =
    /in reply to end\s+of\s+DATA|SMTP command\s*\n\s*DATA\b|550:?\s*: +:?\s*user unknown/i.test(text);
  return reason === 'userunknown' && isAfterContent && !/\.1\.1$/.test(status ?? '') ? 'filtered' : reason;
}

/** The status that was stated, unless the server's own words have a better one. */
function statusOf(text: string, stated: string | null): string | null {
  const inText = enhancedIn(text.slice(0, 4000));
  if (inText === null || inText.startsWith('2')) return stated;
  const isVague = stated === null || stated.endsWith('.0.0') || stated === '4.4.7' || stated.startsWith('2');
  const isBehindReply = new RegExp(`[245]\\d\\d[ -]['"#(]{0,2}${inText.replaceAll('.', '\\.')}`).test(text);
  return isVague || (isBehindReply && !inText.endsWith('.0.0')) ? inText : stated;
}
