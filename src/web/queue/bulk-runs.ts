import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { cancelRun } from '../../domain/bulk/ending.ts';
import { factsOf } from '../../domain/bulk/facts.ts';
import { startRun } from '../../domain/bulk/planning.ts';
import { previewRun } from '../../domain/bulk/previewing.ts';
import { resultsOf } from '../../domain/bulk/results.ts';
import { type BulkRun, findRun, isOwn, mayUndo, ownRuns } from '../../domain/bulk/run.ts';
import { runItems } from '../../domain/bulk/running.ts';
import { AT_ONCE, type BulkTask, canBeUndone } from '../../domain/bulk/task.ts';
import { undoRun } from '../../domain/bulk/undoing.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { emptyForm, type FormState, submit } from '../rendering/forms.ts';
import { done, page } from '../rendering/page.ts';
import { numberParam, queryText } from '../request.ts';
import { optionsFor } from './bulk-asking.ts';
import { backOf, sayResult } from './bulk-result.ts';
import {
  actHeading,
  currentWord,
  reasonWord,
  startWord,
  sumWord,
  thenWord,
  valueWord,
} from './bulk-words.ts';

const nothing = z.strictObject({});

/** One act on many tickets: what it would do, how far it is, what came of it, and the way back. */
export function bulkRunRoutes(): Router {
  const router = Router();

  router.get('/queue/bulk', allow('queue.read'), async (req, res) =>
    page(
      res,
      'queue/bulk-runs',
      {
        title: req.t('Changes to many tickets'),
        nav: '',
        runs: await ownRuns(req.ctx),
        heading: (run: BulkRun) => actHeading(run.act, req.t),
      },
      { layout: 'desk' },
    ),
  );

  // The values of one act: a menu of the bar that htmx fills when it is opened.
  router.get('/queue/bulk/values', allow('queue.read'), async (req, res) => {
    const act = queryText(req, 'act') === 'priority' ? 'priority' : 'status';
    await page(
      res,
      'queue/bulk-values',
      { title: actHeading(act, req.t), nav: '', act, options: await optionsFor(req, act, []) },
      { layout: 'desk', fragments: { [`bulk-${act}`]: 'queue/_bulk-values' } },
    );
  });

  router.get('/queue/bulk/:id', allow('queue.read'), async (req, res) =>
    showRun(req, res, await findRun(req.ctx, numberParam(req, 'id'))),
  );

  router.post('/queue/bulk/:id/start', allow('queue.read'), async (req, res) => {
    const run = await findRun(req.ctx, numberParam(req, 'id'));
    const isList = run.source.kind === 'list';
    const sure = z.strictObject({
      confirmed: isList
        ? z.literal('1', req.t('Confirm that you mean the whole list'))
        : z.literal('1').optional(),
    });
    const form = await submit(req, sure, async ctx => {
      await startRun(ctx, run);
      return { id: run.id };
    });
    if (!form.ok) return showRun(req, res, run, form);
    return follow(req, res, run.id, run.total);
  });

  router.post('/queue/bulk/:id/cancellation', allow('queue.read'), async (req, res) => {
    const run = await findRun(req.ctx, numberParam(req, 'id'));
    const form = await submit(req, nothing, async ctx => {
      await cancelRun(ctx, run);
      return { id: run.id };
    });
    if (!form.ok) return showRun(req, res, run, form);
    return done(res, { to: paths.bulkRun(run.id) });
  });

  router.post('/queue/bulk/:id/undo', allow('queue.read'), async (req, res) => {
    const run = await findRun(req.ctx, numberParam(req, 'id'));
    const form = await submit(req, nothing, ctx => undoRun(ctx, run));
    if (!form.ok) return showRun(req, res, await findRun(req.ctx, run.id), form);
    return follow(req, res, form.result.id, form.result.total);
  });

  return router;
}

/** A small run is done by whoever started it, and told on the list; a large one has a page that shows how far it is. */
async function follow(req: Request, res: Response, id: number, total: number) {
  if (total > AT_ONCE) return done(res, { to: paths.bulkRun(id) });
  await runItems(req.ctx, id);
  const { counts, missing } = await findRun(req.ctx, id);
  // Where something stayed as it was, the reasons are on its page.
  if (counts.refused + counts.waiting + missing > 0) return done(res, { to: paths.bulkRun(id) });
  return sayResult(req, res, id);
}

async function showRun(req: Request, res: Response, run: BulkRun, form: FormState = emptyForm()) {
  const isPlanned = run.state === 'planned' && run.act !== 'undo';
  const locals = isPlanned ? await plannedLocals(req, run as BulkRun & BulkTask) : await ranLocals(req, run);
  await page(
    res,
    isPlanned ? 'queue/bulk-preview' : 'queue/bulk-run',
    {
      nav: '',
      form,
      run,
      heading: actHeading(run.act, req.t),
      title: actHeading(run.act, req.t),
      back: backOf(run),
      reason: (reason: Parameters<typeof reasonWord>[0]) => reasonWord(reason, req.t),
      sum: (reason: Parameters<typeof sumWord>[0], n: number) => sumWord(reason, n, req.t),
      ...locals,
    },
    {
      layout: 'desk',
      fragments: { 'bulk-run': 'queue/_bulk-run' },
      status: Object.keys(form.errors).length > 0 ? 422 : 200,
    },
  );
}

async function plannedLocals(req: Request, run: BulkRun & BulkTask) {
  const preview = await previewRun(req.ctx, run);
  return {
    preview,
    value: valueWord(run, preview.facts, req.t),
    current: (ticket: Parameters<typeof currentWord>[1]) => currentWord(run, ticket, req.t),
    becomes: (ticket: Parameters<typeof currentWord>[1]) => thenWord(run, ticket, preview.facts, req.t),
    button: startWord(run.act, preview.changes, req.t),
    message: run.act === 'reply' || run.act === 'note' ? run.parameters.body : '',
    stays: !canBeUndone(run.act) || run.act === 'macro',
  };
}

async function ranLocals(req: Request, run: BulkRun) {
  const done = run.total - run.counts.waiting;
  return {
    results: await resultsOf(req.ctx, run),
    value: run.act === 'undo' ? '' : valueWord(run, await factsOf(req.ctx, run), req.t),
    done,
    changed: run.counts.changed + run.counts.undone,
    isOwn: isOwn(req.ctx, run),
    mayUndo: mayUndo(run, req.ctx.now()),
  };
}
