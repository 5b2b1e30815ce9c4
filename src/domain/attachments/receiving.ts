import path from 'node:path';
import { isPerson } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { Invalid, Unauthenticated } from '../errors.ts';
import { authorize } from '../policies.ts';

export type PendingUpload = { id: number; filename: string; size: number };

/** A person's uploads that wait to be sent, at most; older ones are swept after a day. */
const MAX_PENDING = 100;

/**
 * Stores a file that arrived (a temporary path, already within the size limit) as the person's pending upload.
 * Its row commits only after the file is safe on the disk. A kind we do not take is Invalid.
 */
export async function receiveUpload(
  ctx: Context,
  upload: { file: string; filename: string },
): Promise<PendingUpload> {
  authorize(ctx, 'ticket.create');
  if (!isPerson(ctx.actor)) throw new Unauthenticated('Sign in first');
  const filename = tidyName(upload.filename);
  const prepared = await ctx.world.prepareFile(upload.file, filename, { allowZip: ctx.settings.allowZip });
  if (!prepared)
    throw new Invalid({
      files: ctx.t('{{name}} is not a kind of file we take. Send a PDF, a picture, text or an Office file', {
        name: filename,
      }),
    });
  const pending = await ctx
    .db('attachments')
    .where({ uploader_id: ctx.actor.id, comment_id: null })
    .count<{ n: number }[]>('* as n')
    .first();
  if ((pending?.n ?? 0) >= MAX_PENDING)
    throw new Invalid({ files: ctx.t('Too many files wait to be sent. Send some of them first') });
  const stored = await ctx.world.storage.write(prepared.source, {
    maxBytes: ctx.settings.maxFileMegabytes * 4_000_000,
  });
  const [row] = await ctx
    .db('attachments')
    .insert({
      uploader_id: ctx.actor.id,
      storage_key: stored.key,
      sha256: stored.sha256,
      size: stored.size,
      filename,
      content_type: prepared.contentType,
      thumbnail_state: prepared.isImage ? 'wanted' : 'none',
    })
    .returning<PendingUpload[]>(['id', 'filename', 'size']);
  return row!;
}

/** The person's own uploads that are not sent yet, of these ids. */
export async function pendingUploads(ctx: Context, ids: readonly number[]): Promise<PendingUpload[]> {
  if (!isPerson(ctx.actor) || ids.length === 0) return [];
  return ctx
    .db('attachments')
    .whereIn('id', ids)
    .where({ uploader_id: ctx.actor.id, comment_id: null, redacted_at: null })
    .orderBy('id')
    .select('id', 'filename', 'size');
}

/** A name without folders, control or direction characters, at most 255 long with its ending kept. */
export function tidyName(name: string): string {
  const base = name.split(/[\\/]/).at(-1) ?? '';
  const plain =
    base
      .normalize('NFC')
      .replace(/[\p{Cc}\p{Cf}"<>|:*?]+/gu, ' ')
      .replace(/\s+/g, ' ')
      .trim()
      .replace(/^\.+/, '') || 'file';
  const extension = path.extname(plain).slice(0, 20);
  return plain.length <= 200 ? plain : plain.slice(0, 200 - extension.length) + extension;
}
