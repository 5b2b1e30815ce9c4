import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInstance, type i18n } from 'i18next';

/** `t('English text', { count })`: the English text is the key, so a missing translation reads well. */
export type Translate = (text: string, values?: Record<string, unknown>) => string;

export type Translator = {
  forLocale(locale: string): Translate;
  /** The languages a person may choose, without those made for tests. */
  locales: readonly string[];
  /** The best of those for what a browser asks (Accept-Language). */
  choose(wanted: readonly string[]): string;
};

const FOLDER = path.resolve(
  import.meta.dirname,
  import.meta.dirname.includes(`${path.sep}dist${path.sep}`) ? '../../../locales' : '../../locales',
);

export const PSEUDO_LOCALE = 'en-XA';
export const PSEUDO_RTL_LOCALE = 'ar-XB';

export async function createTranslator(): Promise<Translator> {
  const files = readdirSync(FOLDER).filter(name => name.endsWith('.json'));
  const resources = Object.fromEntries(
    files.map(name => [
      path.basename(name, '.json'),
      { translation: JSON.parse(readFileSync(path.join(FOLDER, name), 'utf8')) },
    ]),
  );
  const instance: i18n = createInstance();
  await instance.init({
    resources,
    fallbackLng: 'en',
    keySeparator: false,
    nsSeparator: false,
    returnEmptyString: false,
    interpolation: { escapeValue: false },
  });
  const locales = Object.keys(resources);
  const cache = new Map<string, Translate>();
  return {
    locales,
    choose: wanted =>
      wanted.map(tag => tag.split('-')[0]!.toLowerCase()).find(tag => locales.includes(tag)) ?? 'en',
    forLocale: locale => {
      let translate = cache.get(locale);
      if (!translate) {
        const language = isPseudo(locale) ? 'en' : locale;
        const plain = quick(fullWords(instance, language), text => wordsFor(instance, language, text));
        translate = isPseudo(locale) ? (text, values) => pseudo(plain(text, values), values) : plain;
        cache.set(locale, translate);
      }
      return translate;
    },
  };
}

/**
 * A page says some three hundred things, and most need neither a plural nor a search for the language:
 * those are looked up once and filled in here; everything with a count goes through i18next.
 */
function quick(full: (text: string, values: object) => string, look: (text: string) => string): Translate {
  const known = new Map<string, string>();
  return (text, values) => {
    if (values && 'count' in values) return full(text, values);
    let words = known.get(text);
    if (words === undefined) {
      words = look(text);
      if (known.size < 5_000) known.set(text, words);
    }
    return values
      ? words.replace(/\{\{(\w+)\}\}/g, (_whole, name: string) => String(values[name] ?? ''))
      : words;
  };
}

function fullWords(instance: i18n, language: string) {
  const fixed = instance.getFixedT(language);
  return (text: string, values: object) => fixed(text, { ...values }) as string;
}

function wordsFor(instance: i18n, language: string, text: string): string {
  const found: unknown = instance.getResource(language, 'translation', text);
  return typeof found === 'string' && found !== '' ? found : text;
}

const isPseudo = (locale: string) => locale === PSEUDO_LOCALE || locale === PSEUDO_RTL_LOCALE;

const ACCENTS: Record<string, string> = {
  a: 'á',
  b: 'ƀ',
  c: 'ç',
  d: 'ð',
  e: 'é',
  f: 'ƒ',
  g: 'ĝ',
  h: 'ĥ',
  i: 'í',
  j: 'ĵ',
  k: 'ķ',
  l: 'ļ',
  m: 'ɱ',
  n: 'ñ',
  o: 'ó',
  p: 'þ',
  q: 'ɋ',
  r: 'ŕ',
  s: 'š',
  t: 'ţ',
  u: 'ú',
  v: 'ṽ',
  w: 'ŵ',
  x: 'ẋ',
  y: 'ý',
  z: 'ž',
  A: 'Á',
  B: 'Ɓ',
  C: 'Ç',
  D: 'Ð',
  E: 'É',
  F: 'Ƒ',
  G: 'Ĝ',
  H: 'Ĥ',
  I: 'Í',
  J: 'Ĵ',
  K: 'Ķ',
  L: 'Ļ',
  M: 'Ṁ',
  N: 'Ñ',
  O: 'Ó',
  P: 'Þ',
  Q: 'Ɋ',
  R: 'Ŕ',
  S: 'Š',
  T: 'Ţ',
  U: 'Ú',
  V: 'Ṽ',
  W: 'Ŵ',
  X: 'Ẋ',
  Y: 'Ý',
  Z: 'Ž',
};

/** Accents every letter that came from `t` and adds 40 % in length, so a bare string or a tight box shows. */
function pseudo(text: string, values: Record<string, unknown> = {}): string {
  const own = Object.values(values)
    .map(String)
    .filter(value => value.length > 1 && text.includes(value));
  const parts = own.length > 0 ? text.split(new RegExp(`(${own.map(escapeRegExp).join('|')})`)) : [text];
  const accented = parts
    .map(part => (own.includes(part) ? part : [...part].map(letter => ACCENTS[letter] ?? letter).join('')))
    .join('');
  return `⟦${accented}${'·'.repeat(Math.ceil(text.length * 0.4))}⟧`;
}

const escapeRegExp = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
