import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

export class FileTooLarge extends Error {}
export class NoRoom extends Error {}

const NO_ROOM = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES']);
/** The disk is full, over its quota, or may not be written to. */
export const hasNoRoom = (error: unknown) => NO_ROOM.has((error as NodeJS.ErrnoException)?.code ?? '');

/**
 * Files by random name under one folder outside the web root (`aa/bb/uuid`), never by what people call them.
 * A file is on the disk (fsync) before its row may commit.
 */
export function createStorage(root: string) {
  const place = (key: string) => {
    if (!/^[0-9a-f]{2}\/[0-9a-f]{2}\/[0-9a-f-]{36}$/.test(key)) throw new Error('Not a storage key');
    return path.join(root, key);
  };
  return {
    async write(source: AsyncIterable<Uint8Array>, { maxBytes }: { maxBytes: number }) {
      const id = randomUUID();
      const key = `${id.slice(0, 2)}/${id.slice(2, 4)}/${id}`;
      const target = place(key);
      const partial = `${target}.part`;
      const hash = createHash('sha256');
      let size = 0;
      try {
        await mkdir(path.dirname(target), { recursive: true });
        const file = await open(partial, 'wx', 0o600);
        try {
          for await (const chunk of source) {
            size += chunk.length;
            if (size > maxBytes) throw new FileTooLarge();
            hash.update(chunk);
            await file.write(chunk);
          }
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(partial, target);
        await syncFolder(path.dirname(target));
      } catch (error) {
        await rm(partial, { force: true });
        if (hasNoRoom(error)) throw new NoRoom('The file store takes nothing more');
        throw error;
      }
      return { key, size, sha256: hash.digest('hex') };
    },
    async read(key: string): Promise<NodeJS.ReadableStream> {
      await stat(place(key));
      return createReadStream(place(key));
    },
    async remove(key: string) {
      await rm(place(key), { force: true });
    },
    path: place,
  };
}

export type Storage = ReturnType<typeof createStorage>;

/** A new name is only safe once its folder is on the disk. Windows has no such call and needs none. */
async function syncFolder(folder: string) {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
