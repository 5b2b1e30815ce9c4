import type { Bounced } from '../../domain/mail/message.ts';
import { bounced } from './bounces-judging.ts';
import { opened, type Parts, readable } from './bounces-parts.ts';
import { ADDRESS, type Told, toldIn } from './bounces-text.ts';

const MACHINE =
  /mailer[- ]?daemon|mail delivery|postmaster|mail ?deliver|delivery (?:sub)?system|returned mail|maildelivery|mail administrator|mail\.delivery|interscan|mailmarshal/i;
const FAILED =
  /undeliver|delivery (?:status|fail|report|notif|problem|has failed|failure)|fail(?:ure|ed) (?:notice|delivery|to deliver)|return(?:ed|ing) (?:mail|message)|mail(?:er)? (?:system|delivery) (?:error|fail|status)|(?:could|can)(?: ?not| ?n't) be delivered|not (?:be )?delivered|mail failure|message (?:delivery|you sent)|delivery status|warning: (?:message|could not)|delivery delayed|nondeliverable|rejected|bounce|メールエラー|エラー|не доставлено|unzustellbar|non remis|no se (?:pudo|ha podido)|mancata consegna|loop alert|nicht zugestellt|non remis|non distribu|no se puede entregar|não entregue|onbestelbaar|mancato recapito|退信|无法投递|無法傳遞|配信不能/i;
const CONFESSED =
  /(?:could|can)(?: ?not|n'?t) be (?:delivered|sent)|trouble delivering|nicht zugestellt|unzustellbar|pas pu être (?:remis|délivré|livré|distribué|envoyé)|no se (?:pudo|ha podido) entregar|non è stato possibile (?:consegnare|recapitare)|não (?:pôde|foi possível|pode) .{0,20}entreg|niet (?:worden )?(?:bezorgd|afgeleverd)|inte levereras|ikke leveres|nie .{0,30}dostarcz|не удалось доставить|не .{0,20}доставлен|无法(?:送达|投递|发送)|無法(?:傳送|遞送|傳遞)|退信|配信不能|배달되지|전송되지|rejected recipient|no valid recipients|delivery problems|non-delivered|error message below|unable to deliver|wasn'?t able to deliver|was not (?:able to )?(?:be )?deliver|delivery (?:to the following|has failed|failed|problem|errors?|status)|fail(?:ed|ure) (?:to deliver|permanently)|did not reach the following|could not deliver|undeliver|could not be reached|error has occurred|\bOut: [45]\d\d |permanent (?:error|failure|fatal)|returned to (?:you|sender)|has been (?:delayed|rejected|blocked|returned)|error(?:s)? (?:delivering|occurred|while)|not relayed|rejected by|unknown user|exceeds allowed|was rejected|delivery errors|failure reasons|duplicated message-id|not delivered|can'?t be delivered|送信できません|送信に失敗|配信できません|не может быть доставлено|グループ|account is disabled|delay(?:ed)?|problem .{0,40}deliver|mailbox (?:full|unavailable)|no such user|(?:^|\n)[^\n]{0,80}\b5\d\d[ -]/i;

/** Subjects that are a report's alone, from a machine's address. */
const SURE =
  /^(?:delivery status notification|undeliver(?:able|ed)|returned mail|failure notice|mail delivery fail|delivery failure|mail failed|warning: could not send|mail failure|message delivery has failed|postfix smtp server: errors|mail system error)/i;

/** Reports that follow no standard: a machine's mail that says so, with an address it says it of. */
export function told(parts: Parts, notice: string, returned: string): Bounced[] | null {
  const { headers } = parts;
  const from = `${headers.get('from') ?? ''} ${headers.get('sender') ?? ''}`;
  const subject = readable(headers.get('subject') ?? '');
  if (!isReport(headers, subject, notice, returned)) return null;
  const recipients = recipientsOf(headers, notice, returned, from);
  return recipients.length === 0
    ? null
    : recipients.map(({ address, said }) => ofTold(address, said, notice, isDelay(subject, notice)));
}

/** A person's answer or forward, in the languages of mail programs. */
const PASSED_ON = /^\s*(?:re|aw|sv|antw|odp|fwd?|wg|tr|rv|enc|i|vs|doorst|vidarebefordrat)\s?:/i;

/** Their names and what stands before the @: a domain of this name is a company of people. */
const isOfDaemon = (headers: Map<string, string>) =>
  ['from', 'sender'].some(name => {
    const value = headers.get(name);
    return (
      value !== undefined &&
      (/^\s*(?:<\s*>)?\s*$/.test(value) || MACHINE.test(value.replace(/@[^\s>,]*/g, '')))
    );
  });
const isSubmitted = (headers: Map<string, string>) => !/^no\b/i.test(headers.get('auto-submitted') ?? 'no');
/** Signs that a person's mail program does not leave, whatever its subject says. */
const isOfMachine = (headers: Map<string, string>) =>
  isOfDaemon(headers) ||
  /\bno-?reply@/i.test(headers.get('from') ?? '') ||
  ['x-failed-recipients', 'x-amz-sns-message-id', 'x-mlserver'].some(name => headers.has(name)) ||
  /^<?\s*>?$|mailer-daemon/i.test(headers.get('return-path') ?? 'none') ||
  /multipart\/report/i.test(headers.get('content-type') ?? '');

/** No sign that a machine sent it, so that a report in it is one that a person shows, and its subject the person's. */
export const isLetter = ({ headers }: Parts): boolean => !isOfMachine(headers) && !isSubmitted(headers);

function isReport(headers: Map<string, string>, subject: string, notice: string, returned: string): boolean {
  const isDaemon = isOfDaemon(headers);
  const isAnswer = /^auto-replied/i.test(headers.get('auto-submitted') ?? '') && !isDaemon;
  const isConfessed =
    CONFESSED.test(notice) || headers.has('x-failed-recipients') || (SURE.test(subject) && isDaemon);
  const isCalled = FAILED.test(subject) && !PASSED_ON.test(subject) && returned !== '';
  return !isAnswer && isConfessed && (isOfMachine(headers) || (isSubmitted(headers) && isCalled));
}

/** What is said beside an address; where that gives no reason, all of the notice. */
function ofTold(address: string, said: string, notice: string, isDelayed: boolean): Bounced {
  const near = bounced({ address, text: said, stated: null, isDelayed, type: '' });
  return near.reason === 'undefined' && said !== notice
    ? bounced({ address, text: `${said}\n${notice}`, stated: null, isDelayed, type: '' })
    : near;
}

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
