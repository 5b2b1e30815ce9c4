import type { Request, Response } from 'express';
import { type BulkRun, findRun, mayUndo } from '../../domain/bulk/run.ts';
import { paths } from '../../paths.ts';
import { localPath } from '../access/local-path.ts';
import { flash } from '../rendering/flash.ts';
import { done } from '../rendering/page.ts';

/** Back on the list, in a line: what happened, what did not, and the way to take it back. */
export async function sayResult(req: Request, res: Response, id: number): Promise<void> {
  const run = await findRun(req.ctx, id);
  const stayed = run.counts.refused + run.missing;
  if (stayed > 0)
    flash(
      req,
      'amber',
      req.t('{{count}} tickets could not be changed. They may have changed meanwhile', { count: stayed }),
    );
  sayDone(req, run);
  return done(res, { to: backOf(run) });
}

/** The page of the list that the run came from. */
export const backOf = (run: BulkRun) => localPath(run.source.back, paths.queue);

function sayDone(req: Request, run: BulkRun) {
  if (run.counts.changed === 0 && run.counts.refused + run.missing > 0) return;
  const text =
    run.act === 'undo'
      ? req.t('{{count}} tickets put back', { count: run.counts.changed })
      : req.t('{{count}} tickets changed', { count: run.counts.changed });
  flash(req, 'green', text);
  const said = req.session.flash?.at(-1);
  if (said && mayUndo(run, req.ctx.now())) said.undo = paths.bulkUndo(run.id);
}
