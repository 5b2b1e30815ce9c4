import { hash, verify } from '@node-rs/argon2';
import type { Context } from '../context.ts';
import { isCommonPassword, isCommonWord } from './common-passwords.ts';

export const MIN_PASSWORD_LENGTH = 12;
export const MAX_PASSWORD_LENGTH = 128;

// argon2id (2) with the second recommended option of RFC 9106: 64 MiB would be the first, for machines with room.
const OPTIONS = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

export const hashPassword = (password: string) => hash(password, OPTIONS);

let decoy: Promise<string> | undefined;

/** Takes as long for an unknown account as for a known one, so time tells nothing. */
export async function verifyPassword(stored: string | null | undefined, password: string): Promise<boolean> {
  decoy ??= hashPassword('nobody has this password');
  const right = await verify(stored ?? (await decoy), password.slice(0, 1_000)).catch(() => false);
  return Boolean(stored) && right;
}

/** NIST SP 800-63B §5.1.1: length and a block list; no rules of composition, no expiry. */
export function passwordProblem(
  ctx: Pick<Context, 't' | 'settings'>,
  password: string,
  about: { email?: string | null; firstName?: string; lastName?: string } = {},
): string | undefined {
  if (password.length < MIN_PASSWORD_LENGTH) {
    return ctx.t('Enter a password of at least {{count}} characters, for example four words', {
      count: MIN_PASSWORD_LENGTH,
    });
  }
  if (password.length > MAX_PASSWORD_LENGTH) {
    return ctx.t('Enter a password of at most {{count}} characters', { count: MAX_PASSWORD_LENGTH });
  }
  const core = password.toLowerCase().replace(/[^a-z]/g, '');
  const spoken = lettersOf(password);
  const personal = [about.email?.split('@')[0], about.firstName, about.lastName, ctx.settings.companyName]
    .map(word => word?.toLowerCase().replace(/[^a-z]/g, '') ?? '')
    .filter(word => word.length >= 4);
  const guessable =
    isCommonPassword(password) ||
    isCommonWord(core) ||
    isCommonWord(spoken) ||
    new Set(password).size < 5 ||
    personal.some(word => [core, spoken].some(each => each === word || each === word + word));
  return guessable
    ? ctx.t('Choose a password that is harder to guess: this one is on lists of common passwords')
    : undefined;
}

const LIKE_LETTERS: Record<string, string> = {
  '@': 'a',
  4: 'a',
  3: 'e',
  1: 'i',
  '!': 'i',
  0: 'o',
  $: 's',
  5: 's',
  7: 't',
};

/** "P@ssw0rd!2026" is "password": what stands around it goes, figures that look like letters are those. */
const lettersOf = (password: string) =>
  password
    .toLowerCase()
    .replace(/^[^a-z@$]+|[^a-z@$]+$/g, '')
    .replace(/./gu, sign => LIKE_LETTERS[sign] ?? sign)
    .replace(/[^a-z]/g, '');
