import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { MulterError } from 'multer';
import {
  Conflict,
  Forbidden,
  Invalid,
  NotFound,
  StorageFull,
  TooLarge,
  TooMany,
  Unauthenticated,
  Unavailable,
} from '../../domain/errors.ts';
import { paths } from '../../paths.ts';
import { TookTooLong } from '../../platform/patience.ts';
import { FileTooLarge, hasNoRoom, NoRoom } from '../../platform/storage.ts';
import { answerLostSession } from '../access/lost-form.ts';
import { page } from '../rendering/page.ts';
import { plainErrorPage } from '../rendering/plain-error-page.ts';
import { isPartial } from '../request.ts';

export const answerNotFound: RequestHandler = () => {
  throw new NotFound('No such page');
};

type Answer = { status: number; view: string; retryAfter?: number; locals?: Record<string, unknown> };

/** Each domain error becomes its page here, once. What nobody foresaw is a 500 with a number to quote. */
export const answerErrors: ErrorRequestHandler = async (error: unknown, req, res, _next) => {
  if (res.headersSent) return breakOff(error, req, res);
  if (error instanceof Unauthenticated) return answerUnauthenticated(req, res);
  const answer = answerTo(error);
  if (answer.status >= 500)
    req.services.log.error({ requestId: req.requestId, err: describe(error) }, 'request failed');
  if (answer.retryAfter) res.set('Retry-After', String(answer.retryAfter));
  // A partial that failed must not replace what is on the page: the script says what happened instead.
  if (isPartial(req) && answer.status !== 409) res.set('HX-Reswap', 'none');
  if (isPartial(req) && answer.status === 409)
    res.set({ 'HX-Retarget': '#main', 'HX-Reswap': 'outerHTML', 'HX-Reselect': '#main' });
  try {
    if (!req.ctx || answer.status >= 500) throw error;
    await page(res, answer.view, { title: '', ...answer.locals }, { status: answer.status });
  } catch {
    res.status(answer.status).type('html').send(plainErrorPage(req, answer.status));
  }
};

/** Half an answer must not look like a whole one; a whole one is left alone, whatever went wrong after it. */
function breakOff(error: unknown, req: Request, res: Response) {
  req.services.log.error({ requestId: req.requestId, err: describe(error) }, 'failed after the answer began');
  if (!res.writableEnded) res.destroy();
}

function answerTo(error: unknown): Answer {
  if (error instanceof NotFound) return { status: 404, view: 'errors/not-found' };
  if (error instanceof Forbidden) return { status: 403, view: 'errors/forbidden' };
  if (error instanceof Invalid)
    return { status: 422, view: 'errors/invalid', locals: { errors: error.errors } };
  if (error instanceof Conflict)
    return { status: 409, view: 'errors/conflict', locals: { conflicts: error.conflicts } };
  if (error instanceof TooMany)
    return {
      status: 429,
      view: 'errors/too-many',
      retryAfter: error.retryAfterSeconds,
      locals: { seconds: error.retryAfterSeconds },
    };
  if (error instanceof TooLarge || error instanceof FileTooLarge || hasStatus(error, 413))
    return { status: 413, view: 'errors/too-large' };
  if (error instanceof MulterError)
    return {
      status: error.code === 'LIMIT_FILE_SIZE' ? 413 : 400,
      view: error.code === 'LIMIT_FILE_SIZE' ? 'errors/too-large' : 'errors/bad-request',
    };
  if (error instanceof StorageFull || error instanceof NoRoom || hasNoRoom(error))
    return { status: 507, view: 'errors/storage-full' };
  if (error instanceof Unavailable || error instanceof TookTooLong || isAway(error))
    return { status: 503, view: 'errors/unavailable', retryAfter: 5 };
  const status = (error as { status?: number })?.status;
  if (status && status >= 400 && status < 500) return { status: 400, view: 'errors/bad-request' };
  return { status: 500, view: 'errors/failed' };
}

const hasStatus = (error: unknown, status: number) => (error as { status?: number })?.status === status;

// PostgreSQL classes 08 (connection), 53 (resources), 57P (shutdown), 55P03 and 57014 (lock and statement timeout).
const AWAY = /^(08|53|57P|55P03|57014|25P03|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)/;

/** A database or Redis that is away, full or too slow. */
function isAway(error: unknown): boolean {
  const { code, name, message } = (error ?? {}) as { code?: string; name?: string; message?: string };
  return (
    AWAY.test(code ?? '') ||
    name === 'KnexTimeoutError' ||
    /MaxRetriesPerRequest|Command timed out|Connection is closed|enableOfflineQueue|Connection terminated|Query read timeout|timeout exceeded when trying to connect|Stream isn't writeable|Connection ended unexpectedly/i.test(
      `${name} ${message}`,
    )
  );
}

async function answerUnauthenticated(req: Request, res: Response) {
  const isRead = req.method === 'GET' || req.method === 'HEAD';
  if (req.get('Accept') === 'text/event-stream') {
    // No content ends a stream for good, without a word in the console.
    res.status(204).end();
  } else if (isPartial(req) && req.get('X-Poll') === '1') {
    // The page asked by itself: whoever types in it must not be sent away.
    res.status(401).set('HX-Reswap', 'none').end();
  } else if (isPartial(req) && isRead) {
    res
      .status(401)
      .set('HX-Redirect', paths.signInFor(localPath(req.get('HX-Current-URL'))))
      .end();
  } else if (isPartial(req) && req.path.endsWith('/draft')) {
    // A draft is saved behind somebody's back: it must not take away the page they are typing in.
    res.status(401).set('HX-Reswap', 'none').end();
  } else if (isRead) {
    res.redirect(302, paths.signInFor(req.originalUrl));
  } else {
    await answerLostSession(req, res);
  }
}

function localPath(address: string | undefined): string {
  try {
    const url = new URL(address ?? '');
    return url.pathname + url.search;
  } catch {
    return paths.home;
  }
}

const describe = (error: unknown) =>
  error instanceof Error
    ? { name: error.name, message: error.message, stack: error.stack }
    : { message: String(error) };
