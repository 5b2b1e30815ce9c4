import type { Context } from '../context.ts';
import type { Coming, MailLimits } from './coming.ts';
import { readMessageId, readReplyAddress } from './keys.ts';
import type { ReadMail } from './message.ts';
import { asciiLower } from './senders.ts';

/** All addresses at which we take mail or from which we send it, without what stands behind a plus. */
export async function ownAddresses(ctx: Context, more: readonly string[]): Promise<Set<string>> {
  const rows = await ctx
    .db('mailboxes')
    .whereNull('archived_at')
    .select<{ address: string; aliases: string[] }[]>('address', 'aliases');
  const all = [...rows.flatMap(row => [row.address, ...row.aliases]), ...more];
  return new Set(all.map(address => withoutPlus(address)).filter(Boolean));
}

/** The bare address of "Name <address>", in small letters and without what stands behind a plus. */
export function withoutPlus(text: string): string {
  const bare = asciiLower((/<([^<>]+)>/.exec(text)?.[1] ?? text).trim());
  const at = bare.lastIndexOf('@');
  return at < 1 ? '' : bare.slice(0, at).replace(/\+.*$/, '') + bare.slice(at);
}

/** One of our mails that came back, or one that says it is from us: handled it would answer itself. */
export function loopOf(
  ctx: Context,
  mail: ReadMail,
  own: ReadonlySet<string>,
): 'own-message' | 'own-address' | undefined {
  if (mail.messageId && readMessageId(ctx, mail.messageId)) return 'own-message';
  const senders = [...mail.from, ...(mail.sender ? [mail.sender] : [])].map(each => each.address);
  if (mail.from.some(each => own.has(withoutPlus(each.address)))) return 'own-address';
  return senders.some(address => readReplyAddress(ctx, address)) ? 'own-address' : undefined;
}

/** A list that is our own address (a group that hands our mail on) makes its mail no mail of a list. */
export function isListOfOthers(mail: ReadMail, own: ReadonlySet<string>): boolean {
  const posts = (mail.headers['list-post'] ?? []).flatMap(value => [
    ...value.matchAll(/mailto:([^>?\s]+)/gi),
  ]);
  return !posts.some(found => own.has(withoutPlus(found[1] ?? '')));
}

/** The null path of machines, or a wish not to be answered. */
export const isNullPath = (coming: Coming, mail: ReadMail) =>
  coming.envelopeFrom === '' || coming.envelopeFrom === '<>' || mail.returnPath === '';

const WINDOW = "interval '10 minutes'";
const BY_SENDER = `
  select count(*)::integer as n from (
    select 1 from inbound_mails where lower(from_address) = ? and handled_at > now() - ${WINDOW}
      and fate in ('ticket', 'appended') limit ?) as recent`;
const OVERALL = `
  select count(*)::integer as n from (
    select 1 from inbound_mails where fate = 'ticket' and handled_at > now() - ${WINDOW} limit ?) as recent`;

/** Whether so many mails had an effect lately that the next one waits for a person. */
export async function breakerOf(
  ctx: Context,
  address: string,
  limits: MailLimits,
): Promise<'breaker' | 'breaker-overall' | undefined> {
  const countBy = async (sql: string, values: (string | number)[]) =>
    (await ctx.db.raw<{ rows: { n: number }[] }>(sql, values)).rows[0]?.n ?? 0;
  if ((await countBy(BY_SENDER, [address, limits.perSender])) >= limits.perSender) return 'breaker';
  if ((await countBy(OVERALL, [limits.overall])) >= limits.overall) return 'breaker-overall';
  return undefined;
}
