import type { Request, Response } from 'express';
import multer from 'multer';
import { emptyForm } from '../rendering/forms.ts';
import { page } from '../rendering/page.ts';
import { isPartial } from '../request.ts';
import { openForm, sealForm, shownFields } from './carried-form.ts';
import { pathOfReferer } from './local-path.ts';
import { signInLocals } from './sign-in-page.ts';

/** Bytes of a form with files that are still read for the text in it. */
const MAX_REQUEST = 60_000_000;

/**
 * Somebody sent a form and is not signed in any more. They sign in here, and what they typed comes back to be
 * looked at and sent again; nothing is sent by itself.
 */
export async function answerLostSession(req: Request, res: Response): Promise<void> {
  if (req.is('multipart/form-data')) await readTexts(req, res);
  const from = pathOfReferer(req.get('Referer'), req.get('Host'));
  // In a page that htmx keeps, the sign-in form takes the place of the content.
  if (isPartial(req)) {
    res.set({ 'HX-Retarget': '#main', 'HX-Reswap': 'outerHTML', 'HX-Reselect': '#main' });
  }
  const carried = sealForm(req, { path: req.originalUrl, from, hasFiles: hadFiles.has(req), body: req.body });
  const locals = await signInLocals(req, { next: from, carried });
  await page(
    res,
    'access/sign-in',
    { ...locals, form: emptyForm(), lost: carried ? 'kept' : 'gone' },
    { status: 401, layout: 'auth' },
  );
}

/** The form that came through, as a page with each field to see and change. False if there is none. */
export async function showCarriedForm(req: Request, res: Response, sealed: unknown): Promise<boolean> {
  const form = openForm(req, sealed);
  if (!form) return false;
  const fields = shownFields(form, req.t);
  const locals = {
    title: req.t('Send what you wrote'),
    carried: form,
    written: fields.filter(field => !field.isTechnical),
    technical: fields.filter(field => field.isTechnical),
  };
  await page(res, 'access/carried-form', locals, { layout: 'auth' });
  return true;
}

const hadFiles = new WeakSet<object>();

const texts = multer({
  limits: { fieldSize: 200_000, fields: 200, parts: 300, fieldNameSize: 100 },
  // Files are read past and kept nowhere: they must be chosen again.
  fileFilter: (req, _file, accept) => {
    hadFiles.add(req);
    accept(null, false);
  },
}).any();

async function readTexts(req: Request, res: Response): Promise<void> {
  if (req.readableEnded || Number(req.get('Content-Length') ?? Number.NaN) > MAX_REQUEST) return;
  await new Promise<void>(resolve => {
    Promise.resolve(texts(req, res, () => resolve())).catch(() => resolve());
  });
}
