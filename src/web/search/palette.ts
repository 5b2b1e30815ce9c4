import { type Request, Router } from 'express';
import { fullName } from '../../domain/access/actor.ts';
import { NotFound } from '../../domain/errors.ts';
import { can } from '../../domain/policies.ts';
import { type PersonHit, searchPeople } from '../../domain/search/people.ts';
import { wordsOf } from '../../domain/search/querying.ts';
import { searchTickets } from '../../domain/search/searching.ts';
import { queueViews } from '../../domain/tickets/queue.ts';
import { findTicket } from '../../domain/tickets/ticket.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { viewName } from '../queue/names.ts';
import { navigationOf, page } from '../rendering/page.ts';
import { person, queryId, queryText } from '../request.ts';
import { limitSearch } from './limiting.ts';

/** A line of the palette: a link. `press` names the key that does the same on the page it stands on. */
type Entry = { href: string; icon: string; label: string; note: string; press?: string };

/** Search, jump and act in one list, for the desk; a page of its own without scripts. */
export function paletteRoutes(): Router {
  const router = Router();
  router.get('/palette', allow('queue.read'), async (req, res) => {
    const q = queryText(req, 'q');
    const on = queryId(req, 'on');
    if (q) await limitSearch(req);
    const [acts, navigation, people] = await Promise.all([
      on ? actsOn(req, on) : [],
      navigationOf(req),
      searchPeople(req.ctx, q, 2),
    ]);
    const saved = navigation.savedViews.map(view => ({
      href: paths.savedView(view.id),
      icon: 'bookmark',
      label: view.name,
      note: req.t('Saved view'),
    }));
    const entries = [
      ...fitting(acts, q),
      ...(q ? await ticketsFor(req, q) : []),
      ...fitting([...viewsOf(req), ...saved, ...pagesOf(req)], q).slice(0, q ? 5 : 12),
      ...people.map(each => entryOf(req, each)),
      ...(q
        ? [
            {
              href: paths.searchFor(q),
              icon: 'search',
              label: req.t('Search: {{q}}', { q }),
              note: req.t('All results'),
            },
          ]
        : []),
    ];
    await page(
      res,
      'search/palette',
      { title: req.t('Search or jump to'), nav: 'search', q, on, entries, navigation },
      { layout: 'desk', fragments: { 'palette-list': 'search/_palette' } },
    );
  });
  return router;
}

/** Each typed word begins a word of the label. */
function fitting(entries: readonly Entry[], q: string): Entry[] {
  const typed = wordsOf(q);
  if (typed.length === 0) return q ? [] : [...entries];
  return entries.filter(entry => {
    const own = wordsOf(`${entry.label} ${entry.note}`);
    return typed.every(word => own.some(each => each.startsWith(word)));
  });
}

async function ticketsFor(req: Request, q: string): Promise<Entry[]> {
  const found = await searchTickets(req.ctx, q);
  if (found.exact) {
    const ticket = await findTicket(req.ctx, found.exact);
    return [{ href: paths.ticket(ticket), icon: 'ticket', label: ticket.subject, note: `#${ticket.number}` }];
  }
  return found.rows.slice(0, 6).map(row => ({
    href: paths.ticket(row),
    icon: 'ticket',
    label: row.subject,
    note: `#${row.number}`,
  }));
}

/** What can be done to the ticket on the page. One that is not there, or not theirs, offers nothing. */
async function actsOn(req: Request, number: number): Promise<Entry[]> {
  const ticket = await findTicket(req.ctx, number).catch((error: unknown) => {
    if (error instanceof NotFound) return undefined;
    throw error;
  });
  if (!ticket || !can(req.ctx.actor, 'ticket.work', ticket)) return [];
  const { t } = req;
  const href = paths.ticket(ticket);
  const open = ticket.statusKind !== 'closed';
  const unsolved = open && ticket.statusKind !== 'resolved';
  const follows = ticket.watching || ticket.following;
  const acts: [allowed: boolean, press: string, icon: string, label: string, at: string][] = [
    [can(req.ctx.actor, 'ticket.reply', ticket), 'r', 'send', t('Reply'), '#composer'],
    [can(req.ctx.actor, 'ticket.note', ticket), 'n', 'lock', t('Write an internal note'), '#composer'],
    [
      can(req.ctx.actor, 'ticket.assign', ticket) && ticket.assigneeId !== person(req).id,
      'a',
      'user-check',
      t('Assign to me'),
      '#properties',
    ],
    [can(req.ctx.actor, 'ticket.change', ticket), 's', 'circle-dot', t('Change status'), '#p-status'],
    [can(req.ctx.actor, 'ticket.change', ticket), 'p', 'p-high', t('Change priority'), '#p-priority'],
    [can(req.ctx.actor, 'ticket.change', ticket), 'tags', 'bookmark', t('Change tags'), '#p-tags'],
    [unsolved, 'solve', 'circle-check', t('Mark as solved'), ''],
    [can(req.ctx.actor, 'ticket.close', ticket), 'close', 'circle-check-big', t('Close ticket'), ''],
    [
      follows || can(req.ctx.actor, 'ticket.watch', ticket),
      'w',
      'eye',
      follows ? t('Stop following') : t('Follow'),
      '',
    ],
    [open, 'm', 'git-merge', t('Merge into another ticket'), ''],
    [open, 'split', 'split', t('Make a ticket of the last message'), ''],
    [!ticket.spamAt, 'spam', 'shield-alert', t('Mark as spam'), ''],
  ];
  return acts
    .filter(([allowed]) => allowed)
    .map(([, press, icon, label, at]) => ({
      href: press === 'm' ? paths.merge(ticket) : href + at,
      icon,
      label,
      note: `#${number}`,
      press,
    }));
}

const viewsOf = (req: Request): Entry[] =>
  queueViews.map(view => ({
    href: paths.queueView(view),
    icon: view === 'mine' ? 'user' : 'inbox',
    label: viewName(req, view),
    note: req.t('Queue'),
  }));

function pagesOf({ ctx, t }: Request): Entry[] {
  const admin = can(ctx.actor, 'settings.manage');
  const people = can(ctx.actor, 'user.manage');
  const pages: [allowed: boolean, href: string, icon: string, label: string, note: string][] = [
    [true, paths.newTicket, 'plus', t('New ticket'), t('Go to')],
    [true, paths.tickets, 'ticket', t('My tickets'), t('Go to')],
    [true, paths.notifications, 'bell', t('Notifications'), t('Go to')],
    [true, paths.profile, 'id-card', t('Profile'), t('Go to')],
    [people, paths.adminUsers, 'users', t('Users'), t('Settings')],
    [admin, paths.adminTeams, 'users-round', t('Teams'), t('Settings')],
    [admin, paths.adminDepartments, 'users-round', t('Departments'), t('Settings')],
    [admin, paths.adminCategories, 'folder', t('Categories'), t('Settings')],
    [admin, paths.adminSettings, 'settings', t('Settings'), t('Settings')],
    [admin, paths.adminAudit, 'scroll-text', t('Audit log'), t('Settings')],
  ];
  return pages
    .filter(([allowed]) => allowed)
    .map(([, href, icon, label, note]) => ({ href, icon, label, note }));
}

const entryOf = ({ t }: Request, found: PersonHit): Entry => ({
  href: `${paths.queueView('all')}?requester=${found.id}`,
  icon: 'user',
  label: fullName(found),
  note: t('Person'),
});
