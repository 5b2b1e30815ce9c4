import { type Request, Router } from 'express';
import { fullName } from '../../domain/access/actor.ts';
import { type DeskChoices, deskChoices, usedTags } from '../../domain/tickets/choices.ts';
import { type FilterKey, filterKeys, sources, spans } from '../../domain/tickets/filtering.ts';
import { queuePage } from '../../domain/tickets/queue.ts';
import { allow } from '../middleware/allow.ts';
import { priorityWord } from '../rendering/drawing.ts';
import { page } from '../rendering/page.ts';
import { queryText } from '../request.ts';
import { type ListAddress, linkingOf, listAt } from './address.ts';
import { filterName, sourceWord, spanWord, waitingWord } from './chips.ts';
import { listName } from './names.ts';

type Option = [value: string, label: string];

export function filterRoutes(): Router {
  const router = Router();

  // The properties, and the values of one: a menu that htmx fills when it is opened, and a page without scripts.
  router.get('/queue/:view/filters', allow('queue.read'), async (req, res) => {
    const list = await listAt(req, String(req.params.view));
    const only = filterKeys.find(key => key === queryText(req, 'only'));
    await page(
      res,
      'queue/filters',
      {
        title: req.t('Filter tickets'),
        nav: list.key,
        view: list.key,
        heading: listName(req, list),
        only,
        names: filterKeys.map(key => [key, filterName(req, key)]),
        options: only && (await optionsOf(req, list, only)),
        link: linkingOf(list),
      },
      { layout: 'desk', fragments: { 'f-more': 'queue/_filter-menu' } },
    );
  });
  return router;
}

/** The values a property can have, in the order they are offered. */
async function optionsOf(req: Request, list: ListAddress, key: FilterKey): Promise<Option[]> {
  const named = (rows: readonly { id: number; name: string }[]): Option[] =>
    rows.map(({ id, name }) => [String(id), name]);
  const chosen = async (read: (choices: DeskChoices) => Option[]) => read(await deskChoices(req.ctx));
  const { t } = req;
  const options: Record<FilterKey, () => Promise<Option[]> | Option[]> = {
    status: () => chosen(({ statuses }) => statuses.map(one => [one.key, t(one.name)])),
    priority: () =>
      (['urgent', 'high', 'medium', 'low'] as const).map(value => [value, priorityWord(value, t)]),
    team: () => chosen(({ teams }) => named(teams)),
    assignee: () => chosen(({ assignees }) => [['0', t('Nobody')], ...named(assignees)]),
    category: () =>
      chosen(({ categories }) =>
        categories.map(one => [String(one.id), one.parent ? `${one.parent} › ${one.name}` : one.name]),
      ),
    requester: () => requestersOf(req, list),
    tag: async () => (await usedTags(req.ctx)).map(name => [name, name]),
    source: () => sources.map(one => [one, sourceWord(req, one)]),
    waiting: () => ['requester', 'other'].map(one => [one, waitingWord(req, one)]),
    created: () => spans.map(one => [one, spanWord(req, one)]),
    updated: () => spans.map(one => [one, spanWord(req, one)]),
    file: () => [['yes', t('Has an attachment')]],
    following: () => [['yes', t('I follow it')]],
  };
  return options[key]();
}

/** Who asked for the first tickets of this list: nobody is named here whose ticket is not in it. */
async function requestersOf({ ctx }: Request, list: ListAddress): Promise<Option[]> {
  const { rows } = await queuePage(ctx, { ...list, limit: 100 });
  const people = new Map(rows.map(({ requester }) => [requester.id, fullName(requester)]));
  return [...people]
    .map(([id, name]): Option => [String(id), name])
    .sort(([, a], [, b]) => a.localeCompare(b));
}
