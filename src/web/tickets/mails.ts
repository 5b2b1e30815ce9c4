import { Router } from 'express';
import { commentMail, type MailPart } from '../../domain/tickets/comment-mail.ts';
import type { Storage } from '../../platform/storage.ts';
import { allow } from '../middleware/allow.ts';
import { sendMailDocument } from '../rendering/mail-document.ts';
import { numberParam, queryText } from '../request.ts';

/** The HTML of a message that came by mail, in a document of its own: with pictures from elsewhere where they were asked for. */
export function mailPartRoutes(): Router {
  const router = Router();

  router.get('/tickets/:number/comments/:id/mail', allow('ticket.read'), async (req, res) => {
    const part = await commentMail(req.ctx, numberParam(req, 'number'), numberParam(req, 'id'));
    const inline = await inlineOf(req.services.storage, part);
    sendMailDocument(res, part.html, { withPictures: queryText(req, 'pictures') === '1', inline });
  });

  return router;
}

const MOST_BYTES = 8_000_000;
const DRAWABLE = /^image\/(png|jpeg|gif|webp)$/;

/** Its document is of no origin, so it cannot ask us for files as the person: pictures that came along stand in it. */
async function inlineOf(storage: Storage, { pictures }: MailPart): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  let bytes = 0;
  for (const { contentId, contentType, size, storageKey } of pictures) {
    if (!DRAWABLE.test(contentType) || bytes + size > MOST_BYTES) continue;
    bytes += size;
    const picture = await bytesOf(storage, storageKey).catch(() => undefined);
    if (picture) found.set(contentId, `data:${contentType};base64,${picture.toString('base64')}`);
  }
  return found;
}

/** Rejects where the file is gone: then its picture is missing, and the words are there. */
async function bytesOf(storage: Storage, key: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await storage.read(key)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
