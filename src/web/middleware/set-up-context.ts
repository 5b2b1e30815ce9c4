import type { Express, Request, RequestHandler } from 'express';
import { type Actor, anonymous } from '../../domain/access/actor.ts';
import { createContext } from '../../domain/context.ts';
import { loadSignedIn } from '../../domain/identity/person.ts';
import { loadSettings, type Settings } from '../../domain/settings/settings.ts';
import {
  type DeskNavigation,
  NAVIGATION_COLUMN,
  type NavigationRow,
  toNavigation,
} from '../../domain/tickets/counting.ts';
import { withinTime } from '../../platform/patience.ts';
import { PSEUDO_LOCALE, PSEUDO_RTL_LOCALE } from '../../platform/translating.ts';
import { cookieOf } from '../cookies.ts';
import { isPartial } from '../request.ts';
import { FIRST_ANSWER_MS } from './first-answer.ts';

/** Who asks, with the rights of this moment, in their language and zone. */
export function setUpContext(app: Express) {
  app.use(setContext);
}

const setContext: RequestHandler = async (req, _res, next) => {
  const { actor, settings, navigation } = await withinTime(identify(req), FIRST_ANSWER_MS);
  req.navigation = navigation;
  setLanguage(req, actor, settings);
  const { services } = req;
  req.ctx = createContext({
    db: services.db,
    actor,
    settings,
    now: services.now,
    log: services.log,
    requestId: req.requestId,
    origin: { address: req.ip ?? null, userAgent: req.get('User-Agent') ?? null },
    world: services.world,
    t: req.t,
  });
  next();
};

type Identified = { actor: Actor; settings: Settings; navigation?: DeskNavigation };

/** A whole page is asked for, which on the desk has the sidebar: it comes with the person, in one statement. */
const wantsPage = (req: Request) =>
  req.method === 'GET' && !isPartial(req) && Boolean(req.accepts('html')) && !req.get('X-Poll');

/**
 * A session whose epoch is older than the person's was ended on the server: by a password change, a suspension,
 * "everywhere". One whose id is not that of its device was renewed meanwhile. Either is deleted.
 */
async function identify(req: Request): Promise<Identified> {
  const { userId, epoch, deviceId } = req.session;
  if (userId) {
    const beside = wantsPage(req) ? NAVIGATION_COLUMN : undefined;
    const found = await loadSignedIn(req.services.db, userId, { id: req.sessionID, deviceId }, beside);
    if (found && found.sessionEpoch === epoch) {
      const navigation = found.beside ? toNavigation(found.beside as NavigationRow) : undefined;
      return { actor: found.person, settings: found.settings, navigation };
    }
    await new Promise<void>((resolve, reject) =>
      req.session.regenerate(error => (error ? reject(error) : resolve())),
    );
    if (found) return { actor: anonymous, settings: found.settings };
  }
  return { actor: anonymous, settings: await loadSettings(req.services.db) };
}

function setLanguage(req: Request, actor: Actor, settings: Settings) {
  const { translator, config } = req.services;
  const asked = config.isProduction ? undefined : cookieOf(req, 'lang');
  const own = actor.kind === 'person' ? actor.locale : null;
  const pseudo = asked === PSEUDO_LOCALE || asked === PSEUDO_RTL_LOCALE ? asked : undefined;
  req.locale = pseudo ?? own ?? translator.choose([...req.acceptsLanguages(), settings.locale]);
  req.t = translator.forLocale(req.locale);
  const theme = cookieOf(req, 'theme');
  req.theme = theme === 'light' || theme === 'dark' ? theme : null;
  const zone = actor.kind === 'person' ? actor.timeZone : null;
  const browsers = cookieOf(req, 'tz');
  req.timeZone = zone ?? (browsers && isZone(browsers) ? browsers : settings.timeZone);
}

const zones = new Map<string, boolean>();
export function isZone(zone: string): boolean {
  const known = zones.get(zone);
  if (known !== undefined) return known;
  let valid = true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    valid = false;
  }
  if (zones.size < 1_000) zones.set(zone, valid);
  return valid;
}
