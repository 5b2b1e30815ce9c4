import { Readable } from 'node:stream';
import type { Context } from '../context.ts';
import { authorize } from '../policies.ts';
import { changeSettings } from './changing.ts';

/** The company's mark, already made of two clean pictures: for the bar, and twice that for sharp screens. */
export type LogoPictures = { small: Buffer; large: Buffer };

const MAX_BYTES = 1_000_000;

/** `logoKey` holds both keys, `small+large`, so that they change together. */
export async function changeLogo(
  ctx: Context,
  pictures: LogoPictures,
  version: number,
): Promise<{ changed: number }> {
  authorize(ctx, 'settings.manage');
  const keys = [await store(ctx, pictures.small), await store(ctx, pictures.large)];
  return changeSettings(ctx, 'logo', { logoKey: keys.join('+') }, version);
}

export const removeLogo = (ctx: Context, version: number) =>
  changeSettings(ctx, 'logo', { logoKey: null }, version);

const store = async (ctx: Context, picture: Buffer) =>
  (await ctx.world.storage.write(Readable.from([picture]), { maxBytes: MAX_BYTES })).key;

/** The logo's file, or nothing. No right is needed: it stands on the sign-in page. */
export async function openLogo(
  ctx: Context,
  size: 'small' | 'large',
): Promise<NodeJS.ReadableStream | undefined> {
  const [small, large] = (ctx.settings.logoKey ?? '').split('+');
  const key = size === 'large' ? (large ?? small) : small;
  return key ? ctx.world.storage.read(key).catch(() => undefined) : undefined;
}
