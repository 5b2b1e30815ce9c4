import type { RequestHandler } from 'express';
import multer, { MulterError } from 'multer';
import { Unauthenticated } from '../../domain/errors.ts';
import { verifyToken } from '../middleware/set-up-csrf.ts';
import { readingError, textFields } from '../uploads/multipart.ts';

declare global {
  namespace Express {
    interface Request {
      /** The one file of a small form: its bytes, or that there were too many. */
      oneFile?: { bytes: Buffer; tooLarge: boolean };
    }
  }
}

/**
 * For a form with one small file (a logo, a list): read into memory, at most `maxBytes`, and only for somebody who is
 * signed in. The form's token is checked before the next handler sees anything. The hidden fields stand before the file.
 */
export function readOneFile(field: string, maxBytes: number): RequestHandler {
  const parser = multer({
    storage: multer.memoryStorage(),
    limits: { files: 1, fileSize: maxBytes, fields: 20, fieldSize: maxBytes, fieldNameSize: 100, parts: 22 },
  }).single(field);
  return (req, res, next) => {
    if (!req.is('multipart/form-data')) return next();
    if (req.ctx.actor.kind !== 'person') return next(new Unauthenticated('The session is over'));
    parser(req, res, error => {
      const tooLarge = error instanceof MulterError && error.code === 'LIMIT_FILE_SIZE';
      if (error && !tooLarge) return next(readingError(error as Error));
      req.body = textFields(req.body);
      const bytes = req.file?.buffer ?? Buffer.alloc(0);
      req.oneFile = { bytes, tooLarge };
      if (req.csrfPending) return verifyToken(req, res, next);
      next();
    });
  };
}
