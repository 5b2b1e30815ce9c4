/** Who gets what kind of answer, by what a route asks for. The order of people is that of `people` in every-route.test.ts. */
export type Person =
  | 'anonymous'
  | 'suspended'
  | 'colleague'
  | 'requester'
  | 'manager'
  | 'stranger'
  | 'watcher'
  | 'admin';

/**
 * `refused` is 403 where the ticket is known to the person, 404 where it is not; `absent` is always 404; `nothing` is
 * what happens if somebody presses twice: an answer like any, and no effect.
 */
export type Answer = 'any' | 'ok' | 'nothing' | 'absent' | 'refused' | 'sign-in';

type Rest = Record<Exclude<Person, 'anonymous' | 'suspended'>, Answer>;
const signedIn = (rest: Rest): Record<Person, Answer> => ({
  anonymous: 'sign-in',
  suspended: 'sign-in',
  ...rest,
});
const all = (answer: Answer): Rest => ({
  colleague: answer,
  requester: answer,
  manager: answer,
  stranger: answer,
  watcher: answer,
  admin: answer,
});

export const RULES = {
  /** For everybody, whoever they are: getting in, the logo, health. */
  anyone: { anonymous: 'any', suspended: 'any', ...all('any') },
  person: signedIn(all('ok')),
  staff: signedIn({ ...all('absent'), stranger: 'ok', watcher: 'ok', admin: 'ok' }),
  admins: signedIn({ ...all('absent'), admin: 'ok' }),
  /** A ticket: for who sees it. */
  sees: signedIn({ ...all('ok'), colleague: 'absent', stranger: 'absent' }),
  /** For who works it; the others who see it are on the employee's side. */
  works: signedIn({ ...all('refused'), colleague: 'absent', stranger: 'absent', admin: 'ok' }),
  /** The desk's alone before any ticket is looked for: to an employee there is no such address. */
  desk: signedIn({ ...all('absent'), watcher: 'refused', admin: 'ok' }),
  /** For its requester, and for watchers. */
  replies: signedIn({ ...all('ok'), colleague: 'absent', stranger: 'absent', manager: 'refused' }),
  /** On a ticket, what its author alone may. */
  authors: signedIn({ ...all('refused'), colleague: 'absent', stranger: 'absent' }),
  /** On a ticket, with something that is another's own. */
  withTheirs: signedIn({ ...all('absent'), watcher: 'refused' }),
  requests: signedIn({ ...all('refused'), colleague: 'absent', stranger: 'absent', requester: 'ok' }),
  shares: signedIn({
    ...all('refused'),
    colleague: 'absent',
    stranger: 'absent',
    requester: 'ok',
    admin: 'ok',
  }),
  /** The timer and the notices of the person who asks: another's are never touched. */
  ownTimer: signedIn({ ...all('absent'), watcher: 'nothing', admin: 'nothing' }),
  ownNotices: signedIn(all('nothing')),
  /** Somebody else's own: there for nobody, admins included. */
  theirs: signedIn(all('absent')),
  /** Somebody's own, and the admins'. */
  kept: signedIn({ ...all('absent'), admin: 'ok' }),
} satisfies Record<string, Record<Person, Answer>>;

export type Rule = keyof typeof RULES;
type Fields = Record<string, string>;

/** Of a mail template. */
const WORDS: Fields = { subject: 'Seized', heading: 'Seized', button: 'Seized', version: '1', ticket: '1' };

/** Every route, by method and path, with what its form would send. A route that is not here fails the test. */
export const ROUTES: Record<string, Rule | [Rule, Fields]> = {
  'POST /api/v1/inbound-mail': 'anyone',
  'GET /unsubscribe/:token': 'anyone',
  'POST /unsubscribe/:token': 'anyone',
  'GET /health': 'anyone',
  'GET /health/ready': 'anyone',
  'GET /metrics': 'anyone',
  'GET /sign-in': 'anyone',
  'POST /sign-in': 'anyone',
  'POST /sign-out': 'anyone',
  'GET /sign-up': 'anyone',
  'POST /sign-up': 'anyone',
  'POST /verify-email': 'anyone',
  'GET /verify-email/:token': 'anyone',
  'POST /verify-email/:token': 'anyone',
  'GET /password-reset': 'anyone',
  'POST /password-reset': 'anyone',
  'GET /password-reset/:token': 'anyone',
  'POST /password-reset/:token': 'anyone',
  'GET /invitations/:token': 'anyone',
  'POST /invitations/:token': 'anyone',
  'GET /setup': 'anyone',
  'POST /setup': 'anyone',
  'GET /dev/mail': 'anyone',
  'GET /dev/mail/:id': 'anyone',
  'GET /dev/mail/:id/body': 'anyone',
  'GET /brand/logo': 'anyone',
  'POST /profile/theme': 'anyone',
  'GET /attachments/signed/:token': 'anyone',

  'GET /sign-in/confirmation': 'person',
  'POST /sign-in/confirmation': 'person',
  'GET /profile': 'person',
  'POST /profile': 'person',
  'POST /profile/password': 'person',
  'DELETE /profile/devices/:id': 'theirs',
  'DELETE /profile/devices': 'person',
  'POST /profile/writing': 'staff',
  'POST /profile/working-times': 'staff',
  'POST /profile/availability': 'staff',
  'GET /': 'person',
  'GET /search': 'person',
  'GET /search/suggestions': 'person',
  'GET /palette': 'staff',
  'GET /notifications': 'person',
  'GET /notifications/preferences': 'person',
  'POST /notifications/preferences': 'person',
  'POST /notifications/push': 'person',
  'DELETE /notifications/push/:id': 'theirs',
  'POST /notifications/reading': 'person',
  'POST /notifications/:id/reading': 'ownNotices',

  'GET /tickets': 'person',
  'GET /tickets/new': 'person',
  'POST /tickets': 'person',
  'GET /live': 'sees',
  'GET /tickets/:number': 'sees',
  'GET /tickets/:number/updates': 'sees',
  'GET /tickets/:number/presence': 'works',
  'POST /tickets/:number/presence': ['works', { state: 'viewing' }],
  'POST /tickets/:number/comments': ['replies', { body: 'Let me in' }],
  'POST /tickets/:number/draft': ['sees', { body: 'Half a word' }],
  'POST /tickets/:number/assignment': 'works',
  'POST /tickets/:number/resolution': 'works',
  'POST /tickets/:number/confirmation': 'requests',
  'POST /tickets/:number/reopening': 'requests',
  'POST /tickets/:number/closure': ['works', { confirmed: '1' }],
  'POST /tickets/:number/withdrawal': ['requests', { confirmed: '1' }],
  'POST /tickets/:number/spam': ['works', { confirmed: '1' }],
  'DELETE /tickets/:number/spam': 'works',
  'POST /tickets/:number/watch': 'works',
  'DELETE /tickets/:number/watch': 'sees',
  'POST /tickets/:number/watchers': ['shares', { email: 'somebody@company.example' }],
  'DELETE /tickets/:number/watchers/:id': 'shares',
  'POST /tickets/:number/properties': ['works', { priority: 'urgent', was_priority: 'medium' }],
  'POST /tickets/:number/comments/:id/redaction': ['works', { confirmed: '1' }],
  'POST /tickets/:number/files/:id/redaction': ['works', { confirmed: '1' }],
  'POST /tickets/:number/tags': ['works', { tag: 'seized' }],
  'DELETE /tickets/:number/tags': ['works', { tag: 'seized' }],
  'GET /tickets/:number/merge': 'works',
  'POST /tickets/:number/merge': ['works', { into: '1' }],
  'DELETE /tickets/:number/merge': 'works',
  'GET /tickets/:number/comments/:id/split': 'works',
  'POST /tickets/:number/comments/:id/split': ['works', { subject: 'Split off' }],
  'POST /tickets/:number/links': ['works', { relation: 'related', number: '1' }],
  'DELETE /tickets/:number/links/:id': 'works',
  'GET /tickets/:number/links/suggestions': 'works',
  'POST /tickets/:number/children/resolution': 'works',
  'GET /tickets/:number/summary': 'works',
  'POST /tickets/:number/summary': 'works',
  'DELETE /tickets/:number/summary': 'works',
  'POST /tickets/:number/checklist': ['works', { items: 'Seize it' }],
  'PUT /tickets/:number/checklist/:id': ['works', { text: 'Seized' }],
  'DELETE /tickets/:number/checklist/:id': 'works',
  'POST /tickets/:number/checklist/:id/position': ['works', { direction: 'up' }],
  'POST /tickets/:number/checklist/:id/completion': 'works',
  'DELETE /tickets/:number/checklist/:id/completion': 'works',
  'POST /tickets/:number/time': ['works', { spent: '10', note: '' }],
  'PUT /tickets/:number/time/:id': ['works', { spent: '10', note: '' }],
  'DELETE /tickets/:number/time/:id': 'works',
  'POST /tickets/:number/timer': 'works',
  'POST /tickets/:number/timer/entry': 'ownTimer',
  'DELETE /tickets/:number/timer': 'ownTimer',
  'PUT /tickets/:number/memo': ['works', { memo: 'Mine' }],
  'GET /tickets/:number/replies': 'desk',
  'POST /tickets/:number/replies/:id/insertion': 'withTheirs',
  'GET /tickets/:number/macros/:id': 'withTheirs',
  'POST /tickets/:number/macros/:id': 'withTheirs',
  'GET /tickets/:number/held': 'works',
  'DELETE /tickets/:number/held/:id': 'sees',
  'POST /tickets/:number/preview': ['works', { body: '**x**' }],
  'GET /tickets/:number/colleagues': 'works',
  'GET /tickets/:number/notes/:id': 'authors',
  'PUT /tickets/:number/notes/:id': ['authors', { body: 'Rewritten' }],
  'GET /tickets/:number/notes/:id/history': 'works',
  // A ticket's mail is of who works the ticket; the log of all of them, and what is done there, is the admins'.
  'GET /tickets/:number/comments/:id/mail': 'sees',
  'GET /admin/mail-log/in/:id': 'works',
  'GET /admin/mail-log/in/:id/original': 'works',
  'GET /admin/mail-log/in/:id/source': 'works',
  'GET /admin/mail-log/out/:id': 'works',
  'GET /attachments/:id': 'works',
  'GET /attachments/:id/thumbnail': 'works',

  'GET /tags': 'staff',
  'POST /queue/next': 'staff',
  'GET /queue': 'staff',
  'GET /queue/counts': 'staff',
  'GET /queue/bulk': 'staff',
  'GET /queue/bulk/values': 'staff',
  'POST /queue/bulk': 'staff',
  'GET /queue/bulk/:id': 'theirs',
  'POST /queue/bulk/:id/start': 'theirs',
  'POST /queue/bulk/:id/cancellation': 'theirs',
  'POST /queue/bulk/:id/undo': 'theirs',
  'GET /queue/display': 'staff',
  'POST /queue/display': 'staff',
  'GET /queue/views': 'staff',
  'GET /queue/views/counts': 'staff',
  'GET /queue/:view/saving': 'theirs',
  'POST /queue/:view/saving': ['theirs', { name: 'Copied', scope: 'own' }],
  'PUT /queue/:view/saving': 'theirs',
  'GET /queue/views/:id': 'theirs',
  'PUT /queue/views/:id': ['theirs', { name: 'Seized', scope: 'own', version: '1' }],
  'POST /queue/views/:id/position': ['theirs', { direction: 'up' }],
  'DELETE /queue/views/:id': ['theirs', { confirmed: '1' }],
  'POST /queue/:view.csv': 'theirs',
  'GET /queue/:view/filters': 'theirs',
  'GET /queue/:view/arrivals': 'theirs',
  'GET /queue/:view': 'theirs',
  'GET /reports/time': 'staff',
  'POST /reports/time.csv': 'staff',

  'POST /admin/templates/:event/:language': ['admins', WORDS],
  'POST /admin/templates/:event/:language/preview': ['admins', WORDS],
  'POST /admin/templates/:event/:language/test': ['admins', WORDS],
  'GET /admin/canned-replies': 'staff',
  'GET /admin/canned-replies/new': 'staff',
  'POST /admin/canned-replies': 'staff',
  'GET /admin/canned-replies/:id': 'kept',
  'PUT /admin/canned-replies/:id': [
    'kept',
    { name: 'Seized', body: 'x', scope: 'own', says: 'reply', version: '1' },
  ],
  'POST /admin/canned-replies/:id/position': ['kept', { direction: 'up' }],
  'POST /admin/canned-replies/:id/archival': 'kept',
  'DELETE /admin/canned-replies/:id/archival': 'kept',
};

/** Administration is for admins, address by address. */
export const ruleOf = (route: string): Rule | [Rule, Fields] | undefined =>
  ROUTES[route] ?? (/^\w+ \/admin(\/|\.|$)/.test(route) ? 'admins' : undefined);
