import { type Request, type Response, Router } from 'express';
import { planRun, startRun } from '../../domain/bulk/planning.ts';
import { runItems } from '../../domain/bulk/running.ts';
import { AT_ONCE, type BulkTask, MAX_TICKETS } from '../../domain/bulk/task.ts';
import type { Context } from '../../domain/context.ts';
import { type FieldErrors, Invalid, NotFound } from '../../domain/errors.ts';
import { queuePage } from '../../domain/tickets/queue.ts';
import { paths } from '../../paths.ts';
import { localPath } from '../access/local-path.ts';
import { allow } from '../middleware/allow.ts';
import { flash } from '../rendering/flash.ts';
import { emptyForm, type FormState, fieldsOf, submit } from '../rendering/forms.ts';
import { done, invalid, page } from '../rendering/page.ts';
import { wholeText } from '../request.ts';
import { listAt } from './address.ts';
import { askLocals } from './bulk-asking.ts';
import { type BulkForm, bulkSchema, taskOf } from './bulk-form.ts';
import { sayResult } from './bulk-result.ts';
import { bulkRunRoutes } from './bulk-runs.ts';
import { forgetPicked, keepPicked } from './picked.ts';
import { searched } from './searched.ts';

/** What a person asks for from the bar under the list: a first look at it, then the act itself or its preview. */
export function bulkRoutes(): Router {
  const router = Router();
  router.use(bulkRunRoutes());
  router.post('/queue/bulk', allow('queue.read'), async (req, res) => {
    const parsed = bulkSchema.safeParse(fieldsOf(req.body));
    const back = localPath(parsed.data?.back, paths.queue);
    if (!parsed.success) return refuse(req, res, back);
    const form = parsed.data;
    const { chosen, isAll } = await chosenIds(req, form, back);
    if (form.to !== undefined) return goOn(req, res, localPath(form.to, back), chosen);
    if (form.do === 'clear') return goOn(req, res, back, []);
    if (chosen.length === 0) return refuse(req, res, back);
    const asked = { ...form, ids: [], picked: chosen, source: isAll ? ('list' as const) : form.source, back };
    return act(req, res, asked);
  });
  return router;
}

type Asked = BulkForm & { back: string };

const refuse = (req: Request, res: Response, back: string) => {
  flash(req, 'amber', req.t('Select at least one ticket first'));
  return done(res, { to: back });
};

/** To another page of the list, with what is ticked so far. */
function goOn(req: Request, res: Response, to: string, ids: readonly number[]) {
  keepPicked(req, to, ids);
  return done(res, { to });
}

async function chosenIds(
  req: Request,
  form: BulkForm,
  back: string,
): Promise<{ chosen: number[]; isAll: boolean }> {
  if (form.all) return { chosen: await idsOfList(req, back), isAll: true };
  return { chosen: [...new Set([...form.ids, ...form.picked])], isAll: false };
}

/** Every ticket of the list as it is now: which those are is frozen here, and shown before anything happens. */
async function idsOfList(req: Request, back: string): Promise<number[]> {
  const url = new URL(back, 'http://list.invalid');
  const key = /^\/queue\/([\w-]{1,40})$/.exec(url.pathname)?.[1];
  if (!key) throw new NotFound('No such view');
  const read = (name: string, most = 200) => wholeText(url.searchParams.get(name) ?? '', most);
  const list = await listAt(req, key, read);
  const filter = await searched(req, list);
  const { rows } = await queuePage(req.ctx, { ...list, filter, limit: MAX_TICKETS });
  return rows.map(row => row.id);
}

async function act(req: Request, res: Response, asked: Asked) {
  const { task, wrong } = understood(req, asked);
  if (wrong) return askAgain(req, res, asked, wrong);
  if (!task) return page(res, 'queue/bulk', await askLocals(req, asked, emptyForm()), { layout: 'desk' });
  const form = await submit(req, bulkSchema, ctx => plan(ctx, task, asked));
  if (!form.ok) return askAgain(req, res, asked, form);
  forgetPicked(req);
  if (!form.result.started) return done(res, { to: paths.bulkRun(form.result.id) });
  await runItems(req.ctx, form.result.id);
  return sayResult(req, res, form.result.id);
}

const askAgain = async (req: Request, res: Response, asked: Asked, form: FormState) =>
  invalid(res, 'queue/bulk', await askLocals(req, asked, form), { layout: 'desk' });

/** What is to be done; nothing yet if something is still to be asked for, or what was wrong in the answer. */
function understood(req: Request, asked: Asked): { task?: BulkTask; wrong?: FormState } {
  const wrong = (errors: FieldErrors) => ({ wrong: { values: fieldsOf(req.body), errors } });
  try {
    const task = taskOf(req, asked);
    return task || asked.asked !== '1' ? { task } : wrong({ value: req.t('Choose one from the list') });
  } catch (error) {
    if (error instanceof Invalid) return wrong(error.errors);
    throw error;
  }
}

/** Reversible, and understood at a glance: a few of these happen at once and offer to be undone. */
const QUICK: readonly string[] = ['assign', 'status', 'priority'];

async function plan(
  ctx: Context,
  task: BulkTask,
  { picked, source, back }: Asked,
): Promise<{ id: number; started: boolean }> {
  const run = await planRun(ctx, { ...task, ids: picked, source: { kind: source, back } });
  const started = QUICK.includes(task.act) && source === 'ids' && picked.length <= AT_ONCE;
  if (started) await startRun(ctx, run);
  return { id: run.id, started };
}
