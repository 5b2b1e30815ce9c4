import type { Bounced, Report } from '../../domain/mail/message.ts';
import { fieldsOf, type Leaf, opened, type Parts, partsOf, readable } from './bounces-parts.ts';
import { ADDRESS, noticeAndReturned, type Told, toldIn } from './bounces-text.ts';
import { concludedStatus, isHard, reasonOf } from './bounces-words.ts';

/**
 * The delivery report a mail is, or null. Takes the raw mail, because reports that follow no standard are
 * told by their bytes, and looks at a bounded part of it alone.
 */
export function reportOf(raw: Buffer): Report | null {
  const parts = partsOf(raw);
  const { notice, returned } = noticeAndReturned(parts.leaves);
  const recipients =
    complaint(parts, returned) ?? standard(parts, notice, returned) ?? told(parts, notice, returned);
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

const bareAddress = (value: string) =>
  value.match(ADDRESS)?.at(-1) ?? value.replace(/^[^;]*;/, '').replace(/[<>\s]/g, '');
const leafOf = (leaves: readonly Leaf[], type: string) => leaves.find(leaf => leaf.type === type);

/** RFC 5965: somebody pressed "this is spam". */
function complaint({ leaves }: Parts, returned: string): Bounced[] | null {
  const leaf = leafOf(leaves, 'message/feedback-report');
  if (!leaf) return null;
  const fields = fieldsOf(leaf.text.replace(/\n{2,}/g, '\n').trim());
  const of =
    fields.get('original-rcpt-to') ??
    fields.get('removal-recipient') ??
    opened(returned).headers.get('to') ??
    '';
  return [
    {
      address: bareAddress(of),
      status: null,
      kind: 'soft',
      reason: 'feedback',
      diagnostic: fields.get('feedback-type') ?? '',
    },
  ];
}

/** RFC 3464: a block for the message, then one for each recipient. */
function standard({ leaves }: Parts, notice: string, returned: string): Bounced[] | null {
  const leaf =
    leafOf(leaves, 'message/delivery-status') ??
    leafOf(leaves, 'message/global-delivery-status') ??
    loose(leaves);
  if (!leaf) return null;
  const blocks = blocksOf(leaf.text).slice(0, 200).map(fieldsOf);
  const ofRecipients = blocks.filter(block =>
    ['final-recipient', 'original-recipient', 'action', 'status', 'diagnostic-code'].some(name =>
      block.has(name),
    ),
  );
  const bounced = ofRecipients
    .map(block => ofBlock(block, notice, returned))
    .filter(({ kind }, _, all) => kind !== 'delivered' || all.every(each => each.kind === 'delivered'));
  return bounced.length > 0 ? bounced : null;
}

/** Blank lines part them; where those were lost, the next recipient does. */
function blocksOf(text: string): string[] {
  return text.split(/\n\s*\n/).flatMap(block => {
    const starts = [...block.matchAll(/^final-recipient:/gim)].map(match => match.index);
    const cuts = [0, ...starts.slice(1), block.length];
    return cuts.slice(1).map((end, index) => block.slice(cuts[index], end));
  });
}

/** The same fields in the running text, where the parts of the report fell into one. */
function loose(leaves: readonly Leaf[]): Leaf | undefined {
  for (const { text } of leaves.slice(0, 3)) {
    const at = text.slice(0, 100_000).search(/^(?:final|original)-recipient:/im);
    const from = at < 0 ? -1 : text.lastIndexOf('\n\n', at);
    if (at >= 0 && /^(?:action|status):/im.test(text.slice(at, at + 4000)))
      return { type: 'message/delivery-status', text: text.slice(Math.max(0, from), at + 4000) };
  }
  return undefined;
}

function ofBlock(block: Map<string, string>, notice: string, returned: string): Bounced {
  const address = bareAddress(
    block.get('final-recipient') ??
      block.get('original-recipient') ??
      opened(returned).headers.get('to') ??
      '',
  );
  const [, type = '', code = ''] = /^\s*([\w-]{1,40})\s*;([\s\S]*)$/.exec(
    block.get('diagnostic-code') ?? '',
  ) ?? [null, '', block.get('diagnostic-code') ?? ''];
  const action = (block.get('action') ?? '').toLowerCase();
  const stated = /[245]\.\d{1,3}\.\d{1,3}/.exec(block.get('status') ?? '')?.[0] ?? null;
  const diagnostic = code.trim();
  const text = /[a-z]{3}/i.test(diagnostic) ? diagnostic : `${diagnostic}\n${aboutIn(notice, address)}`;
  if (/^(?:delivered|relayed|expanded)/.test(action))
    return { address, status: stated, kind: 'delivered', reason: 'delivered', diagnostic };
  return bounced(address, text, stated, action.startsWith('delayed'), type);
}

/** What the notice says of an address. */
function aboutIn(notice: string, address: string): string {
  const at = address === '' ? -1 : notice.toLowerCase().indexOf(address.toLowerCase());
  return at < 0 ? notice.slice(0, 2000) : notice.slice(at, at + 2000);
}

const MACHINE =
  /mailer-?daemon|mail delivery|postmaster|mail ?deliver|delivery (?:sub)?system|returned mail|maildelivery|mail administrator|mail\.delivery|interscan|mailmarshal/i;
const FAILED =
  /undeliver|delivery (?:status|fail|report|notif|problem|has failed|failure)|fail(?:ure|ed) (?:notice|delivery|to deliver)|return(?:ed|ing) (?:mail|message)|mail(?:er)? (?:system|delivery) (?:error|fail|status)|(?:could|can)(?: ?not| ?n't) be delivered|not (?:be )?delivered|mail failure|message (?:delivery|you sent)|delivery status|warning: (?:message|could not)|delivery delayed|nondeliverable|rejected|bounce|メールエラー|エラー|не доставлено|unzustellbar|non remis|no se (?:pudo|ha podido)|mancata consegna|loop alert/i;
const CONFESSED =
  /(?:could|can)(?: ?not|n'?t) be (?:delivered|sent)|unable to deliver|wasn'?t able to deliver|was not (?:able to )?(?:be )?deliver|delivery (?:to the following|has failed|failed|problem|errors?|status)|fail(?:ed|ure) (?:to deliver|permanently)|did not reach the following|could not deliver|undeliver|could not be reached|error has occurred|\bOut: [45]\d\d |permanent (?:error|failure|fatal)|returned to (?:you|sender)|has been (?:delayed|rejected|blocked|returned)|error(?:s)? (?:delivering|occurred|while)|not relayed|rejected by|unknown user|exceeds allowed|was rejected|delivery errors|failure reasons|duplicated message-id|not delivered|can'?t be delivered|送信できません|送信に失敗|配信できません|не может быть доставлено|グループ|account is disabled|delay(?:ed)?|problem .{0,40}deliver|mailbox (?:full|unavailable)|no such user|(?:^|\n)[^\n]{0,80}\b5\d\d[ -]/i;

/** Subjects that are a report's alone, from a machine's address. */
const SURE =
  /^(?:delivery status notification|undeliver(?:able|ed)|returned mail|failure notice|mail delivery fail|delivery failure|mail failed|warning: could not send|mail failure|message delivery has failed|postfix smtp server: errors|mail system error)/i;

/** Reports that follow no standard: a machine's mail that says so, with an address it says it of. */
function told(parts: Parts, notice: string, returned: string): Bounced[] | null {
  const { headers } = parts;
  const from = `${headers.get('from') ?? ''} ${headers.get('sender') ?? ''}`;
  const subject = readable(headers.get('subject') ?? '');
  const complained = complaintIn(subject, returned);
  if (complained) return complained;
  const isNull =
    /^<?\s*>?$/.test(headers.get('return-path') ?? 'none') ||
    /mailer-daemon/i.test(headers.get('return-path') ?? '');
  const isMachines =
    MACHINE.test(from) ||
    isNull ||
    headers.has('x-failed-recipients') ||
    /multipart\/report/i.test(headers.get('content-type') ?? '');
  const isFailed = FAILED.test(subject) || headers.has('x-failed-recipients');
  const isAnswer = /^auto-replied/i.test(headers.get('auto-submitted') ?? '') && !MACHINE.test(from);
  const json = notification(parts);
  if (json) return json;
  if (
    isAnswer ||
    !(isMachines || isFailed) ||
    !(
      CONFESSED.test(notice) ||
      headers.has('x-failed-recipients') ||
      (SURE.test(subject) && MACHINE.test(from))
    ) ||
    (!isMachines && !returned)
  )
    return null;
  const recipients = recipientsOf(headers, notice, returned, from);
  return recipients.length === 0
    ? null
    : recipients.map(({ address, said }) => ofTold(address, said, notice, isDelay(subject, notice)));
}

/** What is said beside an address; where that gives no reason, all of the notice. */
function ofTold(address: string, said: string, notice: string, isDelayed: boolean): Bounced {
  const near = bounced(address, said, null, isDelayed, '');
  return near.reason === 'undefined' && said !== notice
    ? bounced(address, `${said}\n${notice}`, null, isDelayed, '')
    : near;
}

/** Hotmail's complaints before there was a standard. */
const complaintIn = (subject: string, returned: string): Bounced[] | null =>
  /^\s{0,3}complaint about message from /i.test(subject) && returned !== ''
    ? [
        {
          address: bareAddress(opened(returned).headers.get('to') ?? ''),
          status: null,
          kind: 'soft',
          reason: 'feedback',
          diagnostic: 'abuse',
        },
      ]
    : null;

const isDelay = (subject: string, notice: string) =>
  /delay|warning/i.test(subject) ||
  /this is a warning message only|you do not need to resend|no action is required on your part|will (?:continue to )?be retried|warning message only/i.test(
    notice,
  );

function recipientsOf(headers: Map<string, string>, notice: string, returned: string, from: string): Told[] {
  const senders =
    [headers.get('to') ?? '', from, headers.get('delivered-to') ?? '']
      .join(' ')
      .toLowerCase()
      .match(ADDRESS) ?? [];
  const failed = headers.get('x-failed-recipients')?.match(ADDRESS) ?? [];
  if (failed.length > 0) return failed.map(address => ({ address, said: said(notice, address, failed) }));
  const named = toldIn(notice, new Set(senders));
  if (named.length > 0)
    return named.map(each => ({
      ...each,
      said: each.said.length > 30 + each.address.length ? each.said : `${notice}`,
    }));
  const back = opened(returned).headers.get('to')?.match(ADDRESS) ?? [];
  // Whoever writes to themselves is both.
  const listed = back.length > 0 ? [] : toldIn(notice, new Set()).filter(({ said }) => CONFESSED.test(said));
  return listed.length > 0 ? listed : back.slice(0, 1).map(address => ({ address, said: notice }));
}

/** From where the address stands in the notice up to the next of them. */
function said(notice: string, address: string, all: readonly string[]): string {
  const lower = notice.toLowerCase();
  const at = lower.indexOf(address.toLowerCase());
  if (at < 0) return notice;
  const next = all
    .map(other => lower.indexOf(`\n  ${other.toLowerCase()}`, at + address.length))
    .filter(index => index > 0);
  return notice.slice(at + address.length, Math.min(notice.length, ...next));
}

/** Amazon SES tells by JSON, when told to tell by a topic. */
function notification({ leaves }: Parts): Bounced[] | null {
  const text = leaves[0]?.text ?? '';
  if (!/"?notificationType/.test(text.slice(0, 4000))) return null;
  const plain = text.replace(/\\"/g, '"');
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
    return [
      {
        address,
        status: null,
        kind: 'soft',
        reason: 'feedback',
        diagnostic: field('complaintFeedbackType') ?? '',
      },
    ];
  return [bounced(address, field('diagnosticCode') ?? plain.slice(0, 2000), field('status'), false, '')];
}

const CODE = '[245]\\.\\d{1,3}\\.\\d{1,3}';
/** The code right behind an SMTP reply says more than one in the running text. */
function enhancedIn(text: string): string | null {
  const replies = [
    ...text.matchAll(new RegExp(`(?<![\\d.])[245]\\d\\d[ -]['"#(]{0,2}(${CODE})(?![\\d.]*\\d)`, 'g')),
  ].map(match => match[1]!);
  const named = replies.filter(code => !code.endsWith('.0.0'));
  const any = new RegExp(`(?<![\\d.\\w-])#?(${CODE})(?!\\.?\\d)`).exec(text)?.[1];
  return named.at(-1) ?? replies.at(-1) ?? any ?? null;
}

const replyIn = (text: string) =>
  /(?<![\d.#/-])([245]\d\d)(?=[ -])(?! ?(?:byte|minute|hour|day|KB|MB))/.exec(text)?.[1] ?? null;

function bounced(
  address: string,
  text: string,
  stated: string | null,
  isDelayed: boolean,
  type: string,
): Bounced {
  const inText = enhancedIn(text.slice(0, 4000));
  const isVague = stated === null || stated.endsWith('.0.0') || stated === '4.4.7' || stated.startsWith('2');
  const isBehindReply =
    inText !== null && new RegExp(`[245]\\d\\d[ -]['"#(]{0,2}${inText.replaceAll('.', '\\.')}`).test(text);
  const told =
    inText !== null && !inText.startsWith('2') && (isVague || (isBehindReply && !inText.endsWith('.0.0')))
      ? inText
      : stated;
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
