import { head, isBlank, isDelimiter, isQuoted, isRule } from './quoting-lines.ts';
import type { Page, Run } from './quoting-page.ts';
import { DEVICE, MOBILE } from './quoting-words.ts';

/** The first of "-- ", "Sent from my phone", or a rule above something like a business card. */
export function signatureStart(page: Page, from: number, end: number): number | null {
  for (let index = from; index < end; index += 1) {
    if (page.isFolded[index]) continue;
    const text = page.texts[index]!;
    if (isFooter(page, index) || (isDelimiter(text) && isShortBelow(page, index, end))) return index;
    if (isRule(text) && isCardBelow(page, index, end)) return index;
  }
  return null;
}

/** "Sent from my phone": with a device in it, or at the end of what was written. */
export function isFooter(page: Page, index: number): boolean {
  const text = head(page.texts[index]!);
  return text.length <= 120 && MOBILE.test(text) && (DEVICE.test(text) || isLastBeforeQuote(page, index));
}

function isLastBeforeQuote(page: Page, index: number): boolean {
  const next = page.nextIndex(index + 1, page.lines.length);
  if (next >= page.lines.length || page.isFolded[next]) return true;
  const text = page.texts[next]!;
  return isQuoted(text) || isDelimiter(text) || isRule(text) || page.attributionEnd(next) > 0;
}

const wordsBelow = (page: Page, index: number, end: number) =>
  page.texts.slice(index + 1, Math.min(end, index + 120)).filter(text => !isBlank(text));

/** Pages below a lone "--" are no signature; below the standard's "-- " they are what their writer called so. */
const isShortBelow = (page: Page, index: number, end: number) =>
  page.texts[index] === '-- ' || wordsBelow(page, index, end).length <= 40;

const CONTACT = /@|https?:|www\.|\b(?:tel|fax|phone|mobil|t|f|m)[.:]/iu;

function isCardBelow(page: Page, rule: number, end: number): boolean {
  const isLine = page.texts[rule]!.includes('_');
  const isApart = isLine || rule === 0 || isBlank(page.texts[rule - 1]!);
  const below = wordsBelow(page, rule, end);
  if (!isApart || below.length === 0) return isApart;
  if (isLine && below.length <= 2) return below.every(text => text.length <= 60);
  const sentences = below.filter(text => text.length > 100 || /[.?!]$/.test(text.trim())).length;
  const hasContact = below.some(text => CONTACT.test(text.slice(0, 400)));
  return below.length <= 18 && hasContact && sentences * 3 <= below.length;
}

/** In each stretch that still stands; where it is all there is, only a phone's line goes. */
export function foldSignatures(page: Page) {
  for (const { from, to } of openRuns(page.isFolded)) {
    const start = signatureStart(page, from, to);
    if (start === null) continue;
    if (page.hasWords(0, start)) page.hide(start, to);
    else if (!isDelimiter(page.texts[start]!)) page.hide(start, start + 1);
  }
}

function openRuns(isFolded: readonly boolean[]): Run[] {
  const runs: Run[] = [];
  for (const [index, isHidden] of isFolded.entries()) {
    const last = runs.at(-1);
    if (isHidden) continue;
    if (last?.to === index) last.to = index + 1;
    else runs.push({ from: index, to: index + 1 });
  }
  return runs;
}
