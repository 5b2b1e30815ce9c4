import { hardCut } from './quoting-cuts.ts';
import { isBlank, isOrnament, isQuoted } from './quoting-lines.ts';
import { type Line, Page, type Run } from './quoting-page.ts';
import { foldSignatures, isFooter, signatureStart } from './quoting-signatures.ts';

/** Further down nobody looks for marks: what is below shares the fate of the last line looked at. */
export const LINES_LOOKED_AT = 5000;

/** For each line, whether it is folded away. Never all of them: a mail that is only a quote is shown whole. */
export function foldLines(all: readonly Line[]): boolean[] {
  const page = new Page(all.slice(0, LINES_LOOKED_AT));
  const cut = hardCut(page);
  if (cut !== null) page.hide(cut, page.lines.length);
  foldQuotes(page, cut ?? page.lines.length);
  foldSignatures(page);
  foldEdges(page);
  const hasWords = page.hasWords(0, page.lines.length);
  const last = hasWords && (page.isFolded.at(-1) ?? false);
  return all.map((_, index) => (index < page.isFolded.length ? hasWords && page.isFolded[index]! : last));
}

/** Quotes with nothing of the writer's between or below are folded; answers between them keep all of it whole. */
function foldQuotes(page: Page, end: number) {
  const attribution = page.firstAttribution(end);
  if (attribution) foldAttributed(page, attribution, page.quoteRuns(attribution.to, end), end);
  else foldTrailing(page, page.quoteRuns(0, end), end);
}

function foldAttributed(page: Page, attribution: Run, runs: Run[], end: number) {
  const isTop = !page.hasWords(0, attribution.from);
  const isMarked = runs[0]?.from === page.nextIndex(attribution.to, end);
  if (!isMarked) {
    if (!isTop) page.hide(attribution.from, end);
    return;
  }
  const hasAnswer = hasOwnWords(page, runs[0]!.to, end);
  if (isTop && hasAnswer && runs.length === 1) page.hide(0, runs[0]!.to);
  else if (!isTop && !hasAnswer) page.hide(attribution.from, end);
  else if (!isTop) foldTrailing(page, runs, end);
}

function foldTrailing(page: Page, runs: Run[], end: number) {
  const last = runs.at(-1);
  if (!last || hasOwnWords(page, last.to, end) || !page.hasWords(0, last.from)) return;
  const from = page.attributionAbove(last.from);
  if (page.hasWords(0, from)) page.hide(from, last.to);
}

/** Words below a quote that are an answer, not a signature, a footer or another attribution's. */
function hasOwnWords(page: Page, from: number, end: number): boolean {
  const to = signatureStart(page, from, end) ?? end;
  for (let index = from; index < to; index += 1) {
    const { text, hint } = page.lines[index]!;
    if (page.isFolded[index] || hint === 'signature' || isOrnament(text) || isQuoted(text)) continue;
    const attribution = page.attributionEnd(index);
    if (attribution > 0) index = attribution - 1;
    else if (!isFooter(page, index)) return true;
  }
  return false;
}

/** Rules left at the end of what was written part it from nothing any more. */
function foldEdges({ isFolded, texts }: Page) {
  if (!isFolded.includes(true)) return;
  for (let index = texts.length - 1; index >= 0; index -= 1) {
    if (!isFolded[index] && !isOrnament(texts[index]!)) return;
    if (!isBlank(texts[index]!)) isFolded[index] = true;
  }
}
