import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler } from 'express';
import { systemActor } from '../../domain/access/actor.ts';
import type { Context } from '../../domain/context.ts';
import { noteMail } from '../../domain/mail/fetching.ts';
import {
  firstOf,
  isSigned,
  isTimely,
  type PushMailbox,
  pushMailbox,
  signatureOf,
} from '../../domain/mail/pushed.ts';
import { MAX_MAIL_BYTES, storeMail } from '../../domain/mail/storing.ts';
import { withinTime } from '../../platform/patience.ts';
import { allow } from '../middleware/allow.ts';

/** Wrong signatures of one address in a minute. */
const WRONG = { points: 30, seconds: 60 };
const BODY_MS = 120_000;
const STORE_MS = 20_000;

type Taking = Request & { taking?: { ctx: Context; mailbox: PushMailbox | undefined } };

/**
 * `POST /api/v1/inbound-mail`: a whole mail, signed with the key of its mailbox. It stands before sessions and the
 * tokens of forms: programs send here, and nothing but the signature says who they are. "202" is said once the mail is
 * committed; sending it again does no harm, since a mail is known by what it says.
 */
export function setUpInboundMail(app: Express) {
  app.post('/api/v1/inbound-mail', allow.token, begin, readBody, take, answerError);
}

const begin: RequestHandler = async (req: Taking, res, next) => {
  const { services } = req;
  if (Number(req.get('Content-Length') ?? 0) > MAX_MAIL_BYTES) return tooLarge(res);
  const timestamp = req.get('X-Mail-Timestamp') ?? '';
  if (!timestamp || !req.get('X-Mail-Signature') || !req.get('X-Mailbox'))
    return problem(res, 401, 'Set X-Mailbox, X-Mail-Timestamp and X-Mail-Signature');
  if (!isTimely({ timestamp }, services.now()))
    return problem(res, 401, 'X-Mail-Timestamp must be the seconds since 1970, at most five minutes ago');
  const ctx = await services.contextFor(systemActor('inbound-mail'), { requestId: req.requestId });
  req.taking = { ctx, mailbox: await pushMailbox(ctx, req.get('X-Mailbox') ?? '') };
  const timer = setTimeout(() => req.destroy(), BODY_MS);
  req.once('close', () => clearTimeout(timer));
  next();
};

const readBody = express.raw({ type: () => true, limit: MAX_MAIL_BYTES, inflate: false });

const take: RequestHandler = async (req: Taking, res) => {
  const { ctx, mailbox } = req.taking!;
  const raw: unknown = req.body;
  if (!Buffer.isBuffer(raw) || raw.length === 0) return problem(res, 400, 'Send the whole mail as the body');
  const given = {
    timestamp: req.get('X-Mail-Timestamp') ?? '',
    signature: req.get('X-Mail-Signature') ?? '',
  };
  // An address that is none of ours takes as long as a wrong signature, and is answered like one.
  if (!mailbox) signatureOf(raw, given.timestamp, 'no key');
  if (!mailbox || !isSigned(raw, given, mailbox.key)) {
    const seconds = await req.services.limiter.take('inbound-mail-wrong', req.ip ?? '', WRONG);
    if (seconds) res.set('Retry-After', String(seconds));
    return problem(
      res,
      seconds ? 429 : 401,
      seconds ? 'Too many wrong signatures' : 'The signature is not right',
    );
  }
  const { id, result } = await withinTime(
    storeMail(ctx, { raw, source: 'api', mailboxId: mailbox.id }),
    STORE_MS,
  );
  req.services.metrics.mailsTaken.inc({ source: 'api', result });
  await noteMail(ctx, mailbox.id).catch(() => {});
  const first = result === 'duplicate' ? await firstOf(ctx, id) : id;
  res.status(202).json({ id: first, result: result === 'stored' ? 'taken' : 'known' });
};

type Answer = Parameters<RequestHandler>[1];

/** What went wrong, as RFC 9457 has it. */
function problem(res: Answer, status: number, title: string) {
  res.status(status).type('application/problem+json').send(JSON.stringify({ title, status }));
}

function tooLarge(res: Answer) {
  // What still comes is not read.
  res.set('Connection', 'close');
  problem(res, 413, 'A mail may have at most 25 MB');
}

const answerError: ErrorRequestHandler = (error: { status?: number }, req, res, _next) => {
  if (res.headersSent) return res.destroy();
  if (error.status === 413) return tooLarge(res);
  if (error.status && error.status < 500) return problem(res, error.status, 'The request could not be read');
  req.services.log.error(
    { requestId: req.requestId, err: String(error) },
    'a pushed mail could not be taken',
  );
  // Whoever sends keeps the mail: it is not here.
  res.set('Retry-After', '30');
  return problem(res, 503, 'The mail could not be kept now. Send it again later');
};
