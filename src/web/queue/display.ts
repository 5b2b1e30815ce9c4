import { Router } from 'express';
import { z } from 'zod';
import { type ColumnKey, columnKeys, densities, saveDisplay } from '../../domain/tickets/display.ts';
import { paths } from '../../paths.ts';
import { localPath } from '../access/local-path.ts';
import { allow } from '../middleware/allow.ts';
import { emptyForm, submit } from '../rendering/forms.ts';
import { done, navigationOf, page } from '../rendering/page.ts';
import { queryText } from '../request.ts';
import { columnNames } from './columns.ts';

const schema = z.strictObject({
  columns: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .transform(value =>
      [value ?? []].flat().filter((one): one is ColumnKey => columnKeys.includes(one as ColumnKey)),
    ),
  density: z.enum(densities).default('comfortable'),
  back: z.string().max(2_000).optional(),
});

export function displayRoutes(): Router {
  const router = Router();

  router.get('/queue/display', allow('queue.read'), async (req, res) => {
    const navigation = await navigationOf(req);
    const locals = {
      title: req.t('Display'),
      nav: '',
      navigation,
      display: navigation.display,
      names: columnNames(req.t),
      form: emptyForm(),
      back: localPath(queryText(req, 'back', 2_000), paths.queue),
    };
    await page(res, 'queue/display', locals, {
      layout: 'desk',
      fragments: { 'display-fields': 'queue/_display' },
    });
  });

  router.post('/queue/display', allow('queue.read'), async (req, res) => {
    const form = await submit(req, schema, (ctx, input) => saveDisplay(ctx, input));
    const back = localPath(String(form.values.back ?? ''), paths.queue);
    return done(res, {
      to: back,
      ...(form.ok && { notice: req.t('Your lists look like this from now on') }),
    });
  });

  return router;
}
