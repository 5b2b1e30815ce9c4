import type { Request } from 'express';
import { localPath } from '../access/local-path.ts';
import { escapeHtml } from './escaping.ts';

/** Needs nothing but the stylesheet: shown when the database, the session or a template is what failed. */
export function plainErrorPage(req: Request, status: number): string {
  const t = req.t ?? ((text: string) => text);
  const busy = status === 503;
  const heading = busy
    ? t('We are not able to answer right now')
    : status === 507
      ? t('There is no room to store files right now')
      : t('Something went wrong on our side');
  const text = busy
    ? t(
        'Part of the service is restarting. What you typed is still in your browser: go back and send it again in a minute.',
      )
    : t(
        'What was sent before is kept. We could not confirm your last step: check it, then try again in a minute.',
      );
  return `<!doctype html>
<html lang="en" dir="ltr">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>${escapeHtml(heading)}</title><link rel="stylesheet" href="${escapeHtml(req.assets.url('app.css'))}"></head>
<body class="auth"><main id="main" class="big-error"><h1>${escapeHtml(heading)}</h1><p>${escapeHtml(text)}</p>
<div class="cluster center mt-2"><a class="btn btn-primary" href="${escapeHtml(req.method === 'GET' ? localPath(req.originalUrl) : '/')}">${escapeHtml(t('Try again'))}</a></div>
<p class="t-sm muted mt-4">${escapeHtml(t('If you call us, give this number:'))} <b class="mono ink">${escapeHtml(req.requestId)}</b></p></main></body></html>`;
}
