import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { Invalid } from '../../domain/errors.ts';
import {
  type ImportPreview,
  importUsers,
  MOST_CSV_BYTES,
  previewUsers,
} from '../../domain/identity/importing.ts';
import { paths } from '../../paths.ts';
import { requireRecentPassword } from '../access/re-authentication.ts';
import { allow } from '../middleware/allow.ts';
import { flash } from '../rendering/flash.ts';
import { emptyForm, type FormState, fields, submit } from '../rendering/forms.ts';
import { done } from '../rendering/page.ts';
import { adminForm } from './admin-page.ts';
import { readOneFile } from './one-file.ts';

/** First what would happen, then the import itself: the same text is read again, since people change meanwhile. */
export function userImportRoutes(): Router {
  const router = Router();
  const readCsv = readOneFile('file', MOST_CSV_BYTES);

  router.get('/admin/users/import', allow('user.invite'), requireRecentPassword, async (req, res) => {
    await showImport(req, res, emptyForm());
  });

  router.post('/admin/users/import/preview', allow('user.invite'), readCsv, async (req, res) => {
    if (req.oneFile?.tooLarge) return showImport(req, res, refused(req.t('Choose a file of at most 1 MB')));
    const text = csvOf(req);
    const preview = await previewOr(req, text);
    if ('errors' in preview) return showImport(req, res, preview);
    return showImport(req, res, emptyForm({ csv: text }), preview);
  });

  router.post(
    '/admin/users/import',
    allow('user.invite'),
    readCsv,
    requireRecentPassword,
    async (req, res) => {
      const schema = z.strictObject({
        csv: z.string().max(MOST_CSV_BYTES),
        invite: fields(req.t).checkbox(),
      });
      const form = await submit(req, schema, (ctx, { csv, invite }) =>
        importUsers(ctx, { text: csv, invite }),
      );
      if (!form.ok) return showImport(req, res, form);
      const { imported, left } = form.result;
      if (left > 0) flash(req, 'amber', req.t('{{count}} rows were left out', { count: left }));
      return done(res, {
        to: paths.adminUsers,
        notice: req.t('{{count}} people were imported', { count: imported }),
      });
    },
  );

  return router;
}

/** The file if there is one, else what was pasted. */
function csvOf(req: Request): string {
  if (req.oneFile && req.oneFile.bytes.length > 0)
    return req.oneFile.bytes.toString('utf8').replaceAll('\u0000', '');
  const pasted = (req.body as Record<string, unknown> | undefined)?.csv;
  return typeof pasted === 'string' ? pasted : '';
}

async function previewOr(req: Request, text: string): Promise<ImportPreview | FormState> {
  try {
    return await previewUsers(req.ctx, text);
  } catch (error) {
    if (error instanceof Invalid) return { values: { csv: text }, errors: error.errors };
    throw error;
  }
}

const refused = (message: string): FormState => ({ values: {}, errors: { csv: message } });

async function showImport(req: Request, res: Response, form: FormState, preview?: ImportPreview) {
  await adminForm(res, preview ? 'users/import-preview' : 'users/import', {
    sub: 'users',
    title: req.t('Import people'),
    form,
    preview,
  });
}
