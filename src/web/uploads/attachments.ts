import { pipeline } from 'node:stream/promises';
import { type Response, Router } from 'express';
import { NotFound } from '../../domain/errors.ts';
import {
  type Attachment,
  attachmentBySignedLink,
  findAttachment,
  signedLinkToken,
} from '../../domain/tickets/downloading.ts';
import { allow } from '../middleware/allow.ts';
import { numberParam } from '../request.ts';

/** Files leave only through here: checked at each request, as a download, in a sandbox. */
export function attachmentRoutes(): Router {
  const router = Router();

  router.get('/attachments/signed/:token', allow.token, async (req, res) => {
    const file = await attachmentBySignedLink(req.ctx, String(req.params.token));
    await send(res, await req.services.storage.read(file.storageKey).catch(gone), {
      'Content-Type': file.contentType,
      'Content-Length': String(file.size),
      'Content-Disposition': disposition(file),
    });
  });

  router.get('/attachments/:id', allow('ticket.list'), async (req, res) => {
    res.redirect(302, `/attachments/signed/${await signedLinkToken(req.ctx, numberParam(req, 'id'))}`);
  });

  router.get('/attachments/:id/thumbnail', allow('ticket.list'), async (req, res) => {
    const file = await findAttachment(req.ctx, numberParam(req, 'id'));
    if (!file.thumbnailKey) throw new NotFound('No small picture of this file');
    // Kept by the browser, and asked for again each time: whoever may not see the file any more gets nothing.
    res.set({ 'Cache-Control': 'private, no-cache', ETag: `"${file.id}-${file.thumbnailKey.slice(-12)}"` });
    if (req.fresh) return void res.status(304).end();
    await send(res, await req.services.storage.read(file.thumbnailKey).catch(gone), {
      'Content-Type': 'image/webp',
    });
  });

  return router;
}

const gone = () => {
  throw new NotFound('The file is gone');
};

async function send(res: Response, stream: NodeJS.ReadableStream, headers: Record<string, string>) {
  res.set({
    ...headers,
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
  });
  await pipeline(stream, res).catch(error => {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
}

/** RFC 6266 and RFC 8187: a plain name for old clients, the real one in UTF-8. */
function disposition({ filename }: Pick<Attachment, 'filename'>): string {
  const plain = filename.replace(/[^\w.() -]/g, '_');
  const encoded = encodeURIComponent(filename).replace(
    /['()*]/g,
    letter => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
