import { Invalid } from '../errors.ts';

export const MAX_TAGS = 20;
export const MAX_TAG_LENGTH = 40;

type Translate = (text: string, values?: Record<string, unknown>) => string;

/** As it is kept: composed, lower-case, without a "#" in front, one space where there were many. */
export const tagName = (text: string) =>
  text
    .toLowerCase()
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\s,]+/gu, ' ')
    .replace(/^[ #]+| +$/g, '');

/** What a person typed into one field: "vpn, home office" are two tags. */
export const tagsIn = (text: string): string[] => text.split(/[,;\n]/);

/** Each name once, sorted, or words about what to correct: said of `field`. */
export function tagNames(names: readonly string[], t: Translate, field = 'tags'): string[] {
  const kept = sortedTags(names);
  if (kept.some(name => [...name].length > MAX_TAG_LENGTH))
    throw new Invalid({ [field]: t('Shorten the tag to {{count}} characters', { count: MAX_TAG_LENGTH }) });
  if (kept.length > MAX_TAGS)
    throw new Invalid({
      [field]: t('A ticket can have {{count}} tags. Remove one first', { count: MAX_TAGS }),
    });
  return kept;
}

/** As a ticket keeps them: each once, in order. */
export const sortedTags = (names: readonly string[]): string[] =>
  [...new Set(names.map(tagName))].filter(Boolean).sort(inCodeOrder);

/** The order of the database's "C" collation, near enough: the same on every machine. */
const inCodeOrder = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

export const sameTags = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((name, i) => name === b[i]);
