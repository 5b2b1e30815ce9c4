import { fullName, type Role } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { queueMail } from '../events/mailing.ts';
import { recordEvent } from '../events/recording.ts';
import { mailChoicesFor, type Topic, usualChoices } from './topics.ts';

const PURPOSE = 'mail-unsubscribe';

/** What the link of a digest carries: whose it is, signed. It works as long as somebody may keep the mail. */
export const unsubscribeToken = ({ world }: Pick<Context, 'world'>, userId: number) =>
  `${userId.toString(36)}_${world.sign(PURPOSE, `digest:${userId}`)}`;

function ownerOf({ world }: Pick<Context, 'world'>, token: string): number | undefined {
  const [, id = '', mark = ''] = /^([1-9a-z][0-9a-z]{0,9})_([\w-]{43})$/.exec(token) ?? [];
  const userId = Number.parseInt(id, 36);
  return id && world.verify(PURPOSE, `digest:${userId}`, mark) ? userId : undefined;
}

type Subscription = { userId: number; name: string; role: Role; topics: Topic[] };

/** Of what the person still gets a digest; undefined if the link is not ours. Looking changes nothing. */
export async function digestSubscription(ctx: Context, token: string): Promise<Subscription | undefined> {
  const userId = ownerOf(ctx, token);
  const user = userId && (await ctx.db('users').where({ id: userId }).first());
  if (!user) return undefined;
  const choices = usualChoices(user.role);
  const chosen = await ctx.db('notification_preferences').where({ user_id: userId }).select('topic', 'mail');
  for (const { topic, mail } of chosen) choices[topic as Topic] = { ...choices[topic as Topic], mail };
  const topics = (Object.keys(choices) as Topic[]).filter(topic => choices[topic].mail === 'digest');
  return { userId, name: nameOf(user), role: user.role, topics };
}

const nameOf = (user: { first_name: string; last_name: string; email: string | null }) =>
  fullName({ firstName: user.first_name, lastName: user.last_name, email: user.email });

/** No digest any more, not even of what waits for one, but for answers. Pressing twice does no harm. */
export async function endDigest(ctx: Context, token: string): Promise<{ known: boolean }> {
  return ctx.transaction(async tx => {
    const owner = ownerOf(tx, token);
    if (!owner) return { known: false };
    await tx.db.raw('select 1 from users where id = ? for no key update', [owner]);
    const subscription = await digestSubscription(tx, token);
    if (!subscription) return { known: false };
    if (subscription.topics.length > 0) await turnOff(tx, subscription);
    return { known: true };
  });
}

async function turnOff(tx: Tx, { userId, name, role, topics }: Subscription) {
  const usual = usualChoices(role);
  const rows = topics.map(topic => {
    const mail = mailChoicesFor(role, topic).includes('off') ? 'off' : 'now';
    return { user_id: userId, topic, ...usual[topic], mail };
  });
  await tx.db('notification_preferences').insert(rows).onConflict(['user_id', 'topic']).merge(['mail']);
  const waiting = tx.db('digest_items').where({ user_id: userId, digest_id: null });
  // An answer that waited for the digest is not lost with it: it comes as a mail of its own.
  const answers = await waiting.clone().where({ topic: 'reply' }).select('event_id', 'template');
  for (const { event_id: eventId, template } of answers)
    await queueMail(tx, { eventId, recipientId: userId, template });
  await waiting.delete();
  const subject = { objectType: 'user' as const, objectId: userId, label: name };
  await recordEvent(tx, 'user.unsubscribed', subject, { silent: true, data: { topics } });
}
