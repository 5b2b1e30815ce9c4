import type { Request } from 'express';

/** What the page needs to offer push messages; filled in once there is a key. */
export async function pushSection(_req: Request): Promise<null> {
  return null;
}
