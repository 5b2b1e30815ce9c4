import { isMarkedLine } from '../../domain/mail/answer-line.ts';
import { head, headerBlockAt, headerOf, isBlank, isOrnament, isQuoted, isRule } from './quoting-lines.ts';
import type { Page } from './quoting-page.ts';
import { FORWARDED_LINE, ORIGINAL_LINE, WRITE_ABOVE } from './quoting-words.ts';

/** Where everything below is somebody else's: a header block, "Original Message", the line to write above. */
export function hardCut(page: Page): number | null {
  let hasWords = false;
  for (const [index, { text, hint }] of page.lines.entries()) {
    if (hasWords && isCut(page, index)) return page.attributionAbove(backOverRules(page, index));
    hasWords ||= hint !== 'signature' && !isOrnament(text) && !isQuoted(text) && !isSeparator(page, index);
  }
  return null;
}

function isCut(page: Page, index: number): boolean {
  const { text, hint } = page.lines[index]!;
  if (hint === 'cut') return true;
  if (isBlank(text) || isQuoted(text)) return false;
  if (isMarkedLine(head(text)) || WRITE_ABOVE.test(head(text)) || isSeparator(page, index)) return true;
  return headerOf(text) !== null && headerBlockAt(page.texts, index, isBelowRule(page, index)) !== null;
}

/** In a language nobody listed: words between dashes. */
const BETWEEN_DASHES = /^[-–—]{3,60} ?[\p{L}\p{M}. '’]{4,60} ?[-–—]{3,60}$/u;
const isNamed = (text: string) =>
  text.length <= 160 && (ORIGINAL_LINE.test(text) || FORWARDED_LINE.test(text));

/** The known words between dashes are enough; bare ones, and unknown ones, must stand above headers. */
function isSeparator(page: Page, index: number): boolean {
  const text = head(page.texts[index]!);
  const isKnown = isNamed(text);
  if (isKnown && (/^[\s>*_]*[-–—_=~#]{2}/.test(text) || isBelowRule(page, index))) return true;
  if (!isKnown && !BETWEEN_DASHES.test(text)) return false;
  return page.nextWords(index + 1, 3).some(next => headerOf(next) !== null);
}

function isBelowRule(page: Page, index: number): boolean {
  for (let above = index - 1; above >= 0 && above >= index - 3; above -= 1) {
    const text = page.texts[above]!;
    if (!isBlank(text)) return isRule(text) || isNamed(head(text)) || BETWEEN_DASHES.test(head(text));
  }
  return false;
}

/** The rule above a header block goes with it. */
function backOverRules(page: Page, index: number): number {
  let from = index;
  while (from > 0 && (isBlank(page.texts[from - 1]!) || isRule(page.texts[from - 1]!))) from -= 1;
  return from;
}
