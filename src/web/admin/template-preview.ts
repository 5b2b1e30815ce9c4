import type { Request, Response } from 'express';
import { Invalid } from '../../domain/errors.ts';
import type { Wording } from '../../domain/mail/own-wording.ts';
import { sampleLetter, sampleNumber } from '../../domain/mail/sample-letters.ts';
import { isAboutTicket } from '../../domain/mail/template-events.ts';
import type { TemplateKey } from '../../domain/mail/templates.ts';
import { requireTicket } from '../../domain/mail/testing-templates.ts';
import { fieldsOf } from '../rendering/forms.ts';
import { template } from '../rendering/templates.ts';
import { viewLocals } from '../rendering/view-locals.ts';
import { typedWording, wordingSchema } from './template-form.ts';

type Part = 'html' | 'text';
export const partOf = (value: unknown): Part => (value === 'text' ? 'text' : 'html');

type Look = { number: number | null; wording: Wording | null; part: Part };

/** The mail as its reader would get it, in a document of its own that can do nothing. */
export async function sendPreview(req: Request, res: Response, key: TemplateKey, look: Look): Promise<void> {
  const needed = isAboutTicket(key.event);
  if (needed && look.number === null)
    return sendDocument(res, draw(req, res, { problems: [req.t('Enter the number of a ticket')] }), 422);
  try {
    await requireTicket(req.ctx, { event: key.event, number: look.number });
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return sendDocument(res, draw(req, res, { problems: Object.values(error.errors) }), 422);
  }
  const mail = req.services.draw(await sampleLetter(req.ctx, { ...key, ...look }));
  if (look.part === 'text') return sendDocument(res, draw(req, res, { mail }));
  const head = template('mail/preview-head.html', { cache: true })({ ...viewLocals(req, res), mail });
  return sendDocument(
    res,
    mail.html.replace(/<body[^>]*>/, body => body + head),
  );
}

/** With what was typed and nobody saved; what is wrong with it is told in place of the mail. */
export async function sendTypedPreview(req: Request, res: Response, key: TemplateKey): Promise<void> {
  const { part, ...typed } = fieldsOf(req.body);
  const parsed = wordingSchema(req.t).safeParse(typed);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(issue => issue.message);
    return sendDocument(res, draw(req, res, { problems }), 422);
  }
  try {
    const wording = typedWording(req, key, parsed.data);
    return await sendPreview(req, res, key, { number: parsed.data.ticket, wording, part: partOf(part) });
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return sendDocument(res, draw(req, res, { problems: Object.values(error.errors) }), 422);
  }
}

/** The ticket to begin with: the one asked for, else the newest. */
export const startingTicket = async (req: Request, key: TemplateKey, asked: number | null) =>
  isAboutTicket(key.event) ? (asked ?? (await sampleNumber(req.ctx))) : null;

const draw = (req: Request, res: Response, locals: object) =>
  template('mail/preview.html', { cache: true })({ ...viewLocals(req, res), ...locals });

/** The one exception to the strict policy: mails need inline styles. */
function sendDocument(res: Response, html: string, status = 200) {
  res.set({
    'Content-Security-Policy': `sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'`,
    'X-Frame-Options': 'SAMEORIGIN',
  });
  // A sandbox is an origin of its own already; asked twice, the browser complains in the console.
  res.removeHeader('Origin-Agent-Cluster');
  res.status(status).type('html').send(html);
}
