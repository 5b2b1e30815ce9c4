import { z } from 'zod';

/** The flat environment. Each variable here is described in `.env.example`; a test compares the two lists. */
const text = z.string().trim().min(1);
const url = z.url();
const whole = (fallback: number, min = 0, max = Number.MAX_SAFE_INTEGER) =>
  z.coerce.number().int().min(min).max(max).default(fallback);
const flag = (fallback: boolean) =>
  z
    .enum(['1', '0', 'true', 'false', 'on', 'off'])
    .default(fallback ? '1' : '0')
    .transform(value => ['1', 'true', 'on'].includes(value));

export const envSchema = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  PORT: whole(3000, 0, 65535),
  HOST: text.optional(),
  APP_URL: url.optional(),
  TRUST_PROXY: whole(0, 0, 10),
  SESSION_SECRET: text.optional(),
  ENCRYPTION_KEYS: text.optional(),

  DATABASE_URL: text.optional(),
  DATABASE_DIRECT_URL: text.optional(),
  DATABASE_REPLICA_URL: text.optional(),
  DATABASE_PREPARED: flag(true),
  DATABASE_POOL: whole(12, 1, 100),
  DATA_DIR: text.default('.data'),
  DEMO: flag(false),

  REDIS_URL: text.optional(),
  FILES_DIR: text.optional(),

  SMTP_URL: text.optional(),
  SMTP_OAUTH_USER: text.optional(),
  SMTP_OAUTH_CLIENT_ID: text.optional(),
  SMTP_OAUTH_CLIENT_SECRET: text.optional(),
  SMTP_OAUTH_REFRESH_TOKEN: text.optional(),
  SMTP_OAUTH_URL: url.default('https://oauth2.googleapis.com/token'),
  DKIM_DOMAIN: text.optional(),
  DKIM_SELECTOR: text.optional(),
  DKIM_PRIVATE_KEY: text.optional(),
  MAIL_FROM: text.default('SmartSupport <support@localhost>'),

  SMTP_LISTEN: text.optional(),
  SMTP_LISTEN_CERT: text.optional(),
  SMTP_LISTEN_KEY: text.optional(),
  OUTBOUND_PRIVATE: text.optional(),
  GOOGLE_TOKEN_URL: url.default('https://oauth2.googleapis.com/token'),
  MICROSOFT_TOKEN_URL: text.default('https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token'),

  AI_API_KEY: text.optional(),
  AI_BASE_URL: url.default('https://openrouter.ai/api/v1'),
  AI_MODEL: text.default('openai/gpt-4.1-mini'),
  AI_DAILY_LIMIT: whole(500, 0),

  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  METRICS_TOKEN: text.optional(),

  LIMIT_TICKETS_PERSON: whole(10, 1),
  LIMIT_TICKETS_ADDRESS: whole(200, 1),
  LIMIT_SIGN_IN_ACCOUNT: whole(10, 1),
  LIMIT_SIGN_IN_ADDRESS: whole(100, 1),
  LIMIT_SIGN_UP_ADDRESS: whole(20, 1),
  LIMIT_RESET_ADDRESS: whole(20, 1),
  LIMIT_UPLOADS_PERSON: whole(60, 1),
  LIMIT_SEARCH_PERSON: whole(120, 1),
  LIMIT_AI_PERSON: whole(30, 1),
});

export type Env = z.infer<typeof envSchema>;

/** Reads and checks the environment; an empty value counts as not set. Throws one line per wrong setting. */
export function readEnv(source: Record<string, string | undefined> = process.env): Env {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const result = envSchema.safeParse(given);
  if (result.success) return result.data;
  throw new ConfigError(result.error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`));
}

export class ConfigError extends Error {
  readonly problems: string[];

  constructor(problems: string[]) {
    super(
      `Cannot start. Correct these settings (see .env.example):\n${problems.map(p => `  ${p}`).join('\n')}`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}
