import type { Bounced } from '../../domain/mail/message.ts';
import { bounced } from './bounces-judging.ts';
import { fieldsOf, type Leaf, opened, type Parts } from './bounces-parts.ts';
import { bareAddress } from './bounces-text.ts';

const leafOf = (leaves: readonly Leaf[], type: string) => leaves.find(leaf => leaf.type === type);

/** RFC 3464: a block for the message, then one for each recipient. */
export function standard({ leaves }: Parts, notice: string, returned: string): Bounced[] | null {
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
  return bounced({ address, text, stated, isDelayed: action.startsWith('delayed'), type });
}

/** What the notice says of an address. */
function aboutIn(notice: string, address: string): string {
  const at = address === '' ? -1 : notice.toLowerCase().indexOf(address.toLowerCase());
  return at < 0 ? notice.slice(0, 2000) : notice.slice(at, at + 2000);
}
