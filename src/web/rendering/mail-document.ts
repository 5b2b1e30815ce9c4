import type { Response } from 'express';
import { type DocumentOptions, documentPolicy, mailDocument } from '../../platform/mail-html.ts';

/** A mail as it was drawn, in a document that can do nothing and tells nobody that it was opened. */
export function sendMailDocument(res: Response, html: string, options: DocumentOptions): void {
  res.set({
    'Content-Security-Policy': documentPolicy(options),
    'X-Frame-Options': 'SAMEORIGIN',
    'Referrer-Policy': 'no-referrer',
  });
  // A sandbox is an origin of its own already; asked twice, the browser complains in the console.
  res.removeHeader('Origin-Agent-Cluster');
  res.type('html').send(mailDocument(html, options));
}
