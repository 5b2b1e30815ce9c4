import type { Redis } from 'ioredis';
import type { Config } from './config/config.ts';
import { createDatabase, type Database } from './db/knex.ts';
import { pendingMigrations } from './db/migrating.ts';
import type { Actor } from './domain/access/actor.ts';
import { type Context, type ContextParts, createContext, type World } from './domain/context.ts';
import type { Read } from './domain/mail/coming.ts';
import type { Letter } from './domain/notifications/letter.ts';
import { loadSettings } from './domain/settings/settings.ts';
import { composeMail } from './mail/mailer.ts';
import { createSealer, createSigner, sameText } from './platform/crypto.ts';
import { checkReadiness, type Readiness } from './platform/health.ts';
import type { ImapWorld } from './platform/imap.ts';
import { prepareFile } from './platform/intake.ts';
import { createLogger, type Logger } from './platform/logger.ts';
import type { Mail } from './platform/mail-transport.ts';
import { createMetrics, type Metrics } from './platform/metrics.ts';
import { createGuard } from './platform/outbound.ts';
import { createWaker } from './platform/queue.ts';
import { createRateLimiter, type RateLimiter } from './platform/rate-limiter.ts';
import { createRecall } from './platform/recalling.ts';
import { createRedis } from './platform/redis.ts';
import { createSignals, type Signals } from './platform/signals.ts';
import { createStorage, type Storage } from './platform/storage.ts';
import { createTranslator, type Translator } from './platform/translating.ts';

/** All that the edges run with, wired once (the composition root). */
export type Services = {
  config: Config;
  db: Database;
  redis: Redis | undefined;
  log: Logger;
  metrics: Metrics;
  limiter: RateLimiter;
  /** What happened, told to the open pages of all processes. */
  signals: Signals;
  storage: Storage;
  translator: Translator;
  /** Reads the source of a mail where it can do no harm: in a thread with limits. */
  readMail: Read;
  /** What connections to mailboxes need. */
  imap: ImapWorld;
  world: World;
  now: () => Date;
  /** A letter as it would be sent, to look at. */
  draw(letter: Letter): Mail;
  /** What the process needs, and whether it answers. */
  readiness(): Promise<Readiness>;
  /** A context for a job or a command, with the settings of this moment. */
  contextFor(actor: Actor, parts?: Partial<ContextParts>): Promise<Context>;
  close(): Promise<void>;
};

export type ServiceOverrides = Partial<{ db: Database; log: Logger; now: () => Date; world: Partial<World> }>;

export async function createServices(config: Config, overrides: ServiceOverrides = {}): Promise<Services> {
  const log = overrides.log ?? createLogger(config);
  const db = overrides.db ?? createDatabase(config);
  const redis = config.redisUrl ? createRedis(config.redisUrl, log) : undefined;
  const storage = createStorage(config.filesDir);
  const waker = createWaker(db, log);
  const signals = createSignals(db, config.database.directUrl, log);
  const translator = await createTranslator();
  const sign = createSigner(config.secrets.session);
  const world: World = {
    wake: waker.wake,
    announce: signals.announce,
    recall: createRecall({ milliseconds: config.isTest ? 0 : 3_000 }),
    ...createSealer(config.secrets.encryption),
    sign,
    verify: (purpose, text, signature) => sameText(sign(purpose, text), signature),
    storage,
    prepareFile,
    appUrl: config.http.appUrl,
    hasAi: Boolean(config.ai.apiKey),
    ...overrides.world,
  };
  const now = overrides.now ?? (() => new Date());
  return {
    config,
    db,
    redis,
    log,
    metrics: createMetrics({ processMetrics: !config.isTest }),
    limiter: createRateLimiter({ redis, db }),
    signals,
    storage,
    translator,
    // Most processes never read one.
    readMail: async raw => (await import('./mail/reading/safely.ts')).readSafely(raw),
    imap: { guard: createGuard(config.outbound.allowed), tokens: config.outbound.tokens },
    world,
    now,
    draw: letter => composeMail(letter, config, translator),
    readiness: () => checkReadiness({ db, redis, pending: () => pendingMigrations(db) }),
    contextFor: async (actor, parts = {}) => {
      const settings = parts.settings ?? (await loadSettings(db));
      const t = translator.forLocale(settings.locale);
      return createContext({
        db,
        actor,
        settings,
        now,
        log,
        requestId: null,
        origin: null,
        world,
        t,
        ...parts,
      });
    },
    close: async () => {
      await waker.close();
      await signals.close();
      redis?.disconnect();
      if (!overrides.db) await db.destroy();
    },
  };
}
