import { Readable } from 'node:stream';
import type { Context, Tx } from '../context.ts';

/** A picture as a small one. Throws for what cannot be read as a picture. */
export type Draw = (picture: Buffer) => Promise<Buffer>;

const MAX_PICTURE_BYTES = 110_000_000;
const MAX_THUMBNAIL_BYTES = 2_000_000;

export async function wantThumbnails(tx: Tx): Promise<void> {
  tx.afterCommit(() => tx.world.wake('make-thumbnails'));
}

/** Makes one thumbnail; false if none is wanted. Its row stays locked meanwhile, so no two make the same. */
export async function makeThumbnail(ctx: Context, draw: Draw): Promise<boolean> {
  return ctx.transaction(async tx => {
    const file = await tx
      .db('attachments')
      .where({ thumbnail_state: 'wanted', redacted_at: null })
      .whereNotNull('comment_id')
      .orderBy('id')
      .forUpdate()
      .skipLocked()
      .first<{ id: number; storage_key: string } | undefined>('id', 'storage_key');
    if (!file) return false;
    const key = await store(tx, file.storage_key, draw).catch((error: Error) => {
      tx.log.warn({ attachmentId: file.id, err: error.message }, 'no thumbnail could be made of a picture');
      return null;
    });
    await tx
      .db('attachments')
      .where({ id: file.id })
      .update({ thumbnail_key: key, thumbnail_state: key ? 'made' : 'failed' });
    return true;
  });
}

async function store(tx: Tx, storageKey: string, draw: Draw): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of await tx.world.storage.read(storageKey)) {
    size += chunk.length;
    if (size > MAX_PICTURE_BYTES) throw new Error('The picture is too large');
    chunks.push(chunk as Buffer);
  }
  const small = await draw(Buffer.concat(chunks));
  const stored = await tx.world.storage.write(Readable.from([small]), { maxBytes: MAX_THUMBNAIL_BYTES });
  return stored.key;
}
