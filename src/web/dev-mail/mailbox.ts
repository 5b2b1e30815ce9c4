import { type Request, type RequestHandler, Router } from 'express';
import { NotFound } from '../../domain/errors.ts';
import { findKeptMail, listMailbox } from '../../domain/notifications/mailbox.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { page } from '../rendering/page.ts';
import { numberParam, queryId } from '../request.ts';

/** Mails of a demo on this machine alone: there is no server to send them, so they are read here, by anyone. */
export function mailboxRoutes(): Router {
  const router = Router();

  router.get('/dev/mail', allow.anyone, onlyMailbox, async (req, res) => {
    const before = queryId(req, 'before');
    const { rows, more } = await listMailbox(req.ctx, { before });
    const last = rows.at(-1);
    await page(res, 'dev-mail/list', {
      title: req.t('Mailbox'),
      rows,
      previous: before ? paths.devMail : undefined,
      next: more && last ? `${paths.devMail}?before=${last.id}` : undefined,
    });
  });

  router.get('/dev/mail/:id', allow.anyone, onlyMailbox, async (req, res) => {
    const mail = await findKeptMail(req.ctx, numberParam(req, 'id'));
    await page(res, 'dev-mail/show', {
      title: mail.subject,
      mail,
      links: linksIn(mail.text, req.services.config.http.appUrl),
    });
  });

  router.get('/dev/mail/:id/body', allow.anyone, onlyMailbox, async (req, res) => {
    const mail = await findKeptMail(req.ctx, numberParam(req, 'id'));
    // The one exception to the strict policy: mails need inline styles, and get a document that can do nothing.
    res.set({
      'Content-Security-Policy': `sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'`,
      'X-Frame-Options': 'SAMEORIGIN',
    });
    // A sandbox is an origin of its own already; asked twice, the browser complains in the console.
    res.removeHeader('Origin-Agent-Cluster');
    res.type('html').send(mail.html);
  });

  return router;
}

const onlyMailbox: RequestHandler = (req, _res, next) => {
  if (!req.services.config.mail.showMailbox || !isHere(req)) throw new NotFound('No mailbox here');
  next();
};

/**
 * Asked for by a name of this machine: a stranger's page whose name was pointed at 127.0.0.1, or a proxy that lets the
 * world in, must not read links that set passwords.
 */
const isHere = (req: Request) =>
  /^(localhost|127\.0\.0\.1|\[::1\])$/.test(req.hostname) &&
  !req.get('X-Forwarded-For') &&
  !req.get('Forwarded');

/** Addresses of ours in the text part, as local paths: they work on whatever host the page was opened. */
function linksIn(text: string, appUrl: string): string[] {
  const found = text.match(/https?:\/\/[^\s<>"]+/g) ?? [];
  return [...new Set(found.filter(url => url.startsWith(`${appUrl}/`)).map(url => url.slice(appUrl.length)))];
}
