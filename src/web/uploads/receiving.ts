import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, RequestHandler } from 'express';
import multer, { type StorageEngine } from 'multer';
import { receiveUpload } from '../../domain/attachments/receiving.ts';
import { Invalid, TooMany, Unauthenticated } from '../../domain/errors.ts';
import { verifyToken } from '../middleware/set-up-csrf.ts';
import { readingError, textFields } from './multipart.ts';

declare global {
  namespace Express {
    interface Request {
      /** Files of this form: pending upload ids, and what to say about those that were refused. */
      received?: { ids: number[]; errors: string[] };
    }
  }
}

/** Parts of one form, files and fields together. */
const MAX_PARTS = 120;

type Arrived = { path: string; size: number; tooLarge: boolean };

/**
 * The one way files come in. A multipart form is read to the end even if a file is too large, so the text that
 * came with it is never lost; the token stands before the files and is checked before a byte of them is kept. A form
 * without files passes through.
 */
export function receiveFiles(field = 'files'): RequestHandler[] {
  return [readMultipart(field), storeFiles(field)];
}

const readMultipart =
  (field: string): RequestHandler =>
  (req, res, next) => {
    if (!req.is('multipart/form-data')) return next();
    if (req.ctx.actor.kind !== 'person') return next(new Unauthenticated('The session is over'));
    const { maxFiles, maxFileMegabytes } = req.ctx.settings;
    let seen = 0;
    const parser = multer({
      storage: bounded(path.join(req.services.config.filesDir, 'incoming'), maxFileMegabytes * 1_000_000),
      defParamCharset: 'utf8',
      limits: { files: MAX_PARTS, fields: 80, fieldSize: 400_000, fieldNameSize: 100, parts: MAX_PARTS },
      // More than one too many is read past and not kept, so that the text that came along is not lost.
      fileFilter: (_req, _file, accept) => {
        seen += 1;
        const goOn = () => accept(null, seen <= maxFiles + 1);
        if (!req.csrfPending) return goOn();
        verifyToken(req, res, error => (error ? accept(error as Error) : goOn()));
      },
    }).array(field);
    parser(req, res, error => {
      const files = (req.files as unknown as Arrived[] | undefined) ?? [];
      // Of a sender who hung up, the last file is listed without a path; its own is removed where it was written.
      res.on('close', () => {
        for (const file of files) if (file.path) void rm(file.path, { force: true }).catch(() => {});
      });
      if (error) return next(readingError(error as Error));
      req.body = textFields(req.body);
      if (req.csrfPending) return verifyToken(req, res, next);
      next();
    });
  };

const storeFiles =
  (field: string): RequestHandler =>
  async (req, _res, next) => {
    const files = ((req.files as unknown as (Arrived & { originalname: string })[] | undefined) ?? []).filter(
      file => file.originalname || file.size > 0,
    );
    req.received = { ids: [], errors: [] };
    if (files.length > 0) await limitUploads(req, files.length);
    for (const file of files) await storeFile(req, file);
    if (req.body && field in req.body) delete req.body[field];
    next();
  };

async function storeFile(req: Request, file: Arrived & { originalname: string }) {
  const { settings } = req.ctx;
  const received = req.received!;
  if (file.size === 0 && !file.tooLarge) {
    received.errors.push(req.t('{{name}} is empty. Choose another file', { name: file.originalname }));
    return;
  }
  if (file.tooLarge) {
    received.errors.push(
      req.t('{{name}} is over the {{count}} MB limit. Choose a smaller file', {
        name: file.originalname,
        count: settings.maxFileMegabytes,
      }),
    );
    return;
  }
  if (received.ids.length >= settings.maxFiles) {
    received.errors.push(req.t('Attach at most {{count}} files', { count: settings.maxFiles }));
    return;
  }
  try {
    const stored = await receiveUpload(req.ctx, { file: file.path, filename: file.originalname });
    received.ids.push(stored.id);
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    received.errors.push(error.message);
  }
}

async function limitUploads(req: Request, count: number) {
  const { limiter, config } = req.services;
  const key = req.ctx.actor.kind === 'person' ? String(req.ctx.actor.id) : 'nobody';
  for (let i = 0; i < count; i += 1) {
    const wait = await limiter.take('uploads', key, { points: config.limits.uploadsPerson, seconds: 60 });
    if (wait) throw new TooMany(wait);
  }
}

/** Writes to a temporary file up to the limit and lets the rest run dry. */
function bounded(folder: string, maxBytes: number): StorageEngine {
  return {
    _handleFile(_req, file, done) {
      const target = path.join(folder, randomUUID());
      let size = 0;
      const measure = new Transform({
        transform(chunk: Buffer, _encoding, pass) {
          size += chunk.length;
          pass(null, size <= maxBytes ? chunk : undefined);
        },
      });
      mkdir(folder, { recursive: true })
        .then(() => pipeline(file.stream, measure, createWriteStream(target, { mode: 0o600 })))
        .then(
          () => done(null, { path: target, size, tooLarge: size > maxBytes } as Partial<Express.Multer.File>),
          async error => {
            await rm(target, { force: true });
            done(error);
          },
        );
    },
    _removeFile(_req, file, done) {
      rm((file as unknown as Arrived).path, { force: true }).then(() => done(null), done);
    },
  };
}

/** Adds the files of this request to the hidden ids of those that came before; what was refused, as a field's error. */
export function takeReceived(req: Request): Record<string, string> {
  const { ids, errors } = req.received ?? { ids: [], errors: [] };
  const body = (req.body ?? {}) as Record<string, unknown>;
  req.body = { ...body, uploads: [body.uploads ?? []].flat().concat(ids.map(String)) };
  return errors.length > 0 ? { files: errors.join(' ') } : {};
}
