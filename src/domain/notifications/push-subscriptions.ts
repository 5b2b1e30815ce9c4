import { createECDH } from 'node:crypto';
import type { PushSender, PushTarget } from '../../platform/web-push.ts';
import { fullName, isPerson, personId } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { Invalid, NotFound, Unauthenticated } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import { isPushService } from './push-hosts.ts';

export type PushBrowser = { id: number; userAgent: string | null; createdAt: Date };

/** Browsers of one person; the oldest makes room. */
const MAX_BROWSERS = 10;

/** The key pair by which push services know us: made when it is first needed, then the same for ever. */
export async function pushSender(ctx: Context): Promise<PushSender> {
  const found = await ctx.db('push_identity').first('public_key', 'sealed_private_key');
  if (!found) {
    const pair = createECDH('prime256v1');
    pair.generateKeys();
    const privateKey = Buffer.alloc(32);
    pair.getPrivateKey().copy(privateKey, 32 - pair.getPrivateKey().length);
    await ctx
      .db('push_identity')
      .insert({
        purpose: 'vapid',
        public_key: pair.getPublicKey().toString('base64url'),
        sealed_private_key: ctx.world.encrypt(privateKey.toString('base64url')),
      })
      .onConflict('purpose')
      .ignore();
    return pushSender(ctx);
  }
  const { appUrl } = ctx.world;
  return {
    publicKey: found.public_key,
    privateKey: ctx.world.decrypt(found.sealed_private_key),
    // Push services ask for an address of ours; a plain http one is not taken.
    subject: appUrl.startsWith('https:') ? appUrl : `mailto:support@${new URL(appUrl).hostname}`,
  };
}

export async function listPushBrowsers(ctx: Context): Promise<PushBrowser[]> {
  authorize(ctx, 'profile.manage');
  return ctx
    .db('push_subscriptions')
    .where({ user_id: personId(ctx.actor) })
    .orderBy('id', 'desc')
    .select({ id: 'id', userAgent: 'user_agent', createdAt: 'created_at' });
}

/** The browser in front takes messages for this person from now on, and for nobody else who used it before. */
export async function subscribeBrowser(ctx: Context, target: PushTarget): Promise<object> {
  authorize(ctx, 'profile.manage');
  if (!isPushService(target.endpoint) || !isPoint(target.p256dh) || sizeOf(target.auth) !== 16)
    throw new Invalid({ '': ctx.t('This browser uses a push service that we do not know') });
  return ctx.transaction(async tx => {
    if (!isPerson(tx.actor)) throw new Unauthenticated('Sign in first');
    const { id } = tx.actor;
    const own = {
      user_id: id,
      sealed: tx.world.encrypt(JSON.stringify(target)),
      user_agent: tx.origin?.userAgent?.slice(0, 300) ?? null,
    };
    await tx
      .db('push_subscriptions')
      .insert({ ...own, endpoint_digest: tx.world.sign('push-endpoint', target.endpoint) })
      .onConflict('endpoint_digest')
      .merge(own);
    await tx.db.raw(
      `delete from push_subscriptions where user_id = ? and id not in
         (select id from push_subscriptions where user_id = ? order by id desc limit ?)`,
      [id, id, MAX_BROWSERS],
    );
    const subject = { objectType: 'user' as const, objectId: id, label: fullName(tx.actor) };
    await recordEvent(tx, 'user.push-turned-on', subject, { silent: true });
    return {};
  });
}

/** Another person's browser is not there. */
export async function unsubscribeBrowser(ctx: Context, id: number): Promise<object> {
  authorize(ctx, 'profile.manage');
  const gone = await ctx
    .db('push_subscriptions')
    .where({ id, user_id: personId(ctx.actor) })
    .delete();
  if (gone === 0) throw new NotFound('No such browser');
  return {};
}

const sizeOf = (text: string) => Buffer.from(text, 'base64url').length;

/** A point of the curve, or the message could never be sealed. */
function isPoint(text: string): boolean {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== 65 || bytes[0] !== 4) return false;
  try {
    const probe = createECDH('prime256v1');
    probe.generateKeys();
    probe.computeSecret(bytes);
    return true;
  } catch {
    return false;
  }
}
