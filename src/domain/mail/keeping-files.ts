import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { tidyName } from '../attachments/receiving.ts';
import type { Context, StoredFile, Tx } from '../context.ts';
import { oneLine } from './cleaning.ts';
import type { ReadFile } from './message.ts';

export type KeptFile = StoredFile & {
  filename: string;
  contentType: string;
  isImage: boolean;
  contentId: string | null;
};
/** `left` are names of files of a kind or size that is not taken: they stay in the mail's source alone. */
export type KeptFiles = { kept: KeptFile[]; left: string[] };

/** More belong to no letter. */
const MOST_FILES = 50;

/** Stores the files of a mail before its transaction, which then ties them to the message or lets them go. */
export async function keepFiles(ctx: Context, files: readonly ReadFile[]): Promise<KeptFiles> {
  const kept: KeptFile[] = [];
  const left: string[] = [];
  try {
    for (const [index, file] of files.entries()) {
      const one = index < MOST_FILES ? await keepOne(ctx, file) : undefined;
      if (one) kept.push(one);
      else left.push(tidyName(file.filename));
    }
  } catch (error) {
    await dropFiles(ctx, kept);
    throw error;
  }
  return { kept, left };
}

async function keepOne(ctx: Context, file: ReadFile): Promise<KeptFile | undefined> {
  const most = ctx.settings.maxFileMegabytes * 1_000_000;
  if (file.content.length > most) return undefined;
  const filename = tidyName(file.filename);
  const about = { filename, contentId: file.contentId };
  // Nobody here can look into what is sealed, so it is kept as it is and only ever handed out as a file.
  if (file.role === 'sealed') {
    const stored = await ctx.world.storage.write(Readable.from([file.content]), { maxBytes: most });
    return { ...stored, ...about, contentType: 'application/octet-stream', isImage: false };
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'mail-file-'));
  try {
    const place = path.join(folder, 'file');
    await writeFile(place, file.content, { mode: 0o600 });
    const prepared = await ctx.world.prepareFile(place, filename, { allowZip: ctx.settings.allowZip });
    if (!prepared) return undefined;
    const stored = await ctx.world.storage.write(prepared.source, { maxBytes: most * 4 });
    return { ...stored, ...about, contentType: prepared.contentType, isImage: prepared.isImage };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Ties them to the comment; a picture that the mail shows in place is found by its Content-ID. */
export async function attachKept(
  tx: Tx,
  files: readonly KeptFile[],
  to: { ticketId: number; commentId: number; uploaderId: number },
): Promise<void> {
  if (files.length === 0) return;
  await tx.db('attachments').insert(
    files.map(file => ({
      ticket_id: to.ticketId,
      comment_id: to.commentId,
      uploader_id: to.uploaderId,
      storage_key: file.key,
      sha256: file.sha256,
      size: file.size,
      filename: file.filename,
      content_type: file.contentType,
      content_id: file.contentId && oneLine(file.contentId, 500),
      thumbnail_state: file.isImage ? 'wanted' : 'none',
    })),
  );
}

export async function dropFiles(ctx: Context, files: readonly KeptFile[]): Promise<void> {
  for (const { key } of files)
    await ctx.world.storage
      .remove(key)
      .catch((error: Error) => ctx.log.warn({ err: error.message }, 'a file of a mail could not be removed'));
}
