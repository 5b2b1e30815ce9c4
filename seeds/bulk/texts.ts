import { chance, pick } from './chance.ts';
import { type Language, languages } from './words.ts';

export type Texts = { subjects: string[]; questions: string[]; answers: string[]; thanks: string[] };

const QUESTIONS = 1_200; // of each language: enough that the texts differ, few enough to be made in a moment
const ANSWERS = 300;

/** Ready sentences by language. A row joins one with a number of its own, which is cheap a million times. */
export const texts: Texts[] = languages.map(textsOf);

const slots = languages.flatMap(({ share }, i) => Array.from({ length: share }, () => i));
export const textsFor = (i: number): Texts => texts[slots[pick(i, 30, 100)]!]!;

function textsOf(language: Language, salt: number): Texts {
  const any = (options: string[], i: number, n: number) => options[pick(i, n + salt * 100, options.length)]!;
  return {
    subjects: language.things.flatMap(thing =>
      language.troubles.map(trouble => `${thing}${gapAfter(thing)}${trouble}`),
    ),
    questions: Array.from({ length: QUESTIONS }, (_, i) => {
      const details = [1, 2, 3, 4, 5]
        .slice(0, 2 + pick(i, 7 + salt, 4))
        .map(n => any(language.details, i, n));
      return `${any(language.greetings, i, 9)}\n\n${[...new Set(details)].join(gapAfter(details[0]!))}`;
    }),
    answers: Array.from({ length: ANSWERS }, (_, i) =>
      [any(language.answers, i, 10), chance(i, 11) < 0.4 ? any(language.answers, i, 12) : '']
        .join(' ')
        .trim(),
    ),
    thanks: language.thanks,
  };
}

/** Chinese and Japanese are written without spaces. */
function gapAfter(text: string): string {
  return /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text) ? '' : ' ';
}
