import {
  attributionAt,
  head,
  headerBlockAt,
  headerOf,
  isBlank,
  isDelimiter,
  isOrnament,
  isQuoted,
  isRule,
} from './quoting-lines.ts';
import { DEVICE, FORWARDED_LINE, MOBILE, ORIGINAL_LINE, WRITE_ABOVE, WROTE } from './quoting-words.ts';

export type Line = {
  text: string;
  /** What the HTML around it tells beyond its words. */
  hint?: 'cut' | 'attribution' | 'signature';
};

/** Further down nobody looks for marks: what is below shares the fate of the last line looked at. */
export const LINES_LOOKED_AT = 5000;
/** How often a line that could begin an attribution is read on; a mail full of "On 1" must not cost seconds. */
const ATTRIBUTIONS_TRIED = 2000;

/** For each line, whether it is folded away. Never all of them: a mail that is only a quote is shown whole. */
export function foldLines(all: readonly Line[]): boolean[] {
  const looked = all.slice(0, LINES_LOOKED_AT);
  const page = new Page(looked);
  const isFolded = page.fold();
  const last = isFolded.at(-1) ?? false;
  while (isFolded.length < all.length) isFolded.push(last);
  return isFolded;
}

type Run = { from: number; to: number };

class Page {
  private readonly lines: readonly Line[];
  private readonly texts: string[];
  private readonly isFolded: boolean[];
  private tries = 0;

  constructor(lines: readonly Line[]) {
    this.lines = lines;
    this.texts = lines.map(line => line.text);
    this.isFolded = lines.map(line => line.hint === 'signature');
  }

  fold(): boolean[] {
    const cut = this.hardCut();
    if (cut !== null) this.hide(cut, this.lines.length);
    const end = cut ?? this.lines.length;
    this.foldQuotes(end);
    this.foldSignature();
    this.foldEdges();
    return this.hasWords(0, this.lines.length) ? this.isFolded : this.lines.map(() => false);
  }

  private hide(from: number, to: number) {
    this.isFolded.fill(true, from, to);
  }

  private hasWords(from: number, to: number): boolean {
    for (let index = from; index < to; index += 1)
      if (!this.isFolded[index] && !isOrnament(this.texts[index]!)) return true;
    return false;
  }

  /** Where everything below is somebody else's: a header block, "Original Message", the line to write above. */
  private hardCut(): number | null {
    let hasWords = false;
    for (let index = 0; index < this.lines.length; index += 1) {
      const { text, hint } = this.lines[index]!;
      if (hasWords && this.isCut(index)) return this.attributionAbove(this.backOverRules(index));
      hasWords ||= hint !== 'signature' && !isOrnament(text) && !isQuoted(text) && !this.isSeparator(index);
    }
    return null;
  }

  private isCut(index: number): boolean {
    const { text, hint } = this.lines[index]!;
    if (hint === 'cut') return true;
    if (isBlank(text) || isQuoted(text)) return false;
    if (WRITE_ABOVE.test(head(text))) return true;
    if (this.isSeparator(index)) return true;
    return headerOf(text) !== null && headerBlockAt(this.texts, index, this.isBelowRule(index)) !== null;
  }

  /** The words between dashes are enough; bare, they must stand above headers. */
  private isSeparator(index: number): boolean {
    const text = head(this.texts[index]!);
    if (text.length > 160) return false;
    // In a language nobody listed: words between dashes, right above somebody's headers.
    if (/^[-–—]{3,60} ?[\p{L}\p{M}. '’]{4,60} ?[-–—]{3,60}$/u.test(text))
      return (
        ORIGINAL_LINE.test(text) ||
        FORWARDED_LINE.test(text) ||
        this.nextWords(index + 1, 2).some(next => headerOf(next) !== null)
      );
    if (!(ORIGINAL_LINE.test(text) || FORWARDED_LINE.test(text))) return false;
    if (/^[\s>*_]*[-–—_=~#]{2}/.test(text) || this.isBelowRule(index)) return true;
    return this.nextWords(index + 1, 3).some(next => headerOf(next) !== null);
  }

  private nextWords(from: number, count: number): string[] {
    const words: string[] = [];
    for (let index = from; index < this.texts.length && index < from + 10 && words.length < count; index += 1)
      if (!isBlank(this.texts[index]!)) words.push(this.texts[index]!);
    return words;
  }

  private isBelowRule(index: number): boolean {
    for (let above = index - 1; above >= 0 && above >= index - 3; above -= 1)
      if (!isBlank(this.texts[above]!)) return isRule(this.texts[above]!) || this.isSeparator(above);
    return false;
  }

  /** The rule above a header block goes with it. */
  private backOverRules(index: number): number {
    let from = index;
    while (from > 0 && (isBlank(this.texts[from - 1]!) || isRule(this.texts[from - 1]!))) from -= 1;
    return from;
  }

  private attributionEnd(index: number): number {
    if (this.lines[index]!.hint === 'attribution') return index + 1;
    if (isBlank(this.texts[index]!) || this.tries > ATTRIBUTIONS_TRIED) return 0;
    const end = attributionAt(this.texts, index);
    if (end === 0 && /\d|@/.test(head(this.texts[index]!))) this.tries += 1;
    return end;
  }

  /** Quotes with nothing of the writer's between or below are folded; answers between them keep all of it whole. */
  private foldQuotes(end: number) {
    const attribution = this.firstAttribution(end);
    const runs = this.quoteRuns(attribution?.to ?? 0, end);
    if (attribution) this.foldAttributed(attribution, runs, end);
    else this.foldTrailing(this.quoteRuns(0, end), end);
  }

  private foldAttributed(attribution: Run, runs: Run[], end: number) {
    const isTop = !this.hasWords(0, attribution.from);
    const next = this.nextIndex(attribution.to, end);
    const isMarked = runs[0]?.from === next;
    if (!isMarked) {
      if (!isTop) this.hide(attribution.from, end);
      return;
    }
    const below = runs[0]!.to;
    if (isTop) {
      if (runs.length === 1 && this.hasOwnWords(below, end)) this.hide(0, below);
      return;
    }
    if (!this.hasOwnWords(below, end)) this.hide(attribution.from, end);
    else this.foldTrailing(runs, end);
  }

  private foldTrailing(runs: Run[], end: number) {
    const last = runs.at(-1);
    if (!last || this.hasOwnWords(last.to, end) || !this.hasWords(0, last.from)) return;
    const from = this.attributionAbove(last.from);
    if (this.hasWords(0, from)) this.hide(from, last.to);
  }

  /** A line above a quote that ends with a colon and has an address or a time, in whatever language. */
  private attributionAbove(run: number): number {
    let above = run - 1;
    while (above >= 0 && above >= run - 2 && isBlank(this.texts[above]!)) above -= 1;
    const text = head(this.texts[above] ?? '');
    const isAttribution =
      /@/.test(text) || /\d{1,2}[:.]\d\d/.test(text) || (WROTE.test(text) && text.length <= 80);
    return /[:：]$/.test(text) && isAttribution ? above : run;
  }

  private firstAttribution(end: number): Run | null {
    for (let index = 0; index < end; index += 1) {
      const isInQuote = index > 0 && isQuoted(this.texts[index]!) && isQuoted(this.texts[index - 1]!);
      if (this.isFolded[index] || isInQuote) continue;
      const to = this.attributionEnd(index);
      if (to > 0) return { from: index, to: Math.min(to, end) };
    }
    return null;
  }

  private nextIndex(from: number, end: number): number {
    let index = from;
    while (index < end && isBlank(this.texts[index]!)) index += 1;
    return index;
  }

  /** Runs of quoted lines with the blanks in them, and the ends of long ones a client broke. */
  private quoteRuns(from: number, end: number): Run[] {
    const runs: Run[] = [];
    for (let index = from; index < end; index += 1) {
      if (!isQuoted(this.texts[index]!)) continue;
      const last = runs.at(-1);
      if (last && this.isWithin(last.to, index)) last.to = index + 1;
      else runs.push({ from: index, to: index + 1 });
    }
    return runs;
  }

  private isWithin(from: number, to: number): boolean {
    const between = this.texts.slice(from, Math.min(to, from + 3));
    if (to - from > 2 || between.some(isBlank))
      return to - from <= 50 && this.texts.slice(from, to).every(isBlank);
    return between.length === 0 || this.texts[from - 1]!.length >= 60;
  }

  /** Words below a quote that are an answer, not a signature, a footer or another attribution's. */
  private hasOwnWords(from: number, end: number): boolean {
    const to = this.signatureStart(from, end) ?? end;
    for (let index = from; index < to; index += 1) {
      const { text, hint } = this.lines[index]!;
      if (this.isFolded[index] || hint === 'signature' || isOrnament(text) || isQuoted(text)) continue;
      const attribution = this.attributionEnd(index);
      if (attribution > 0) index = attribution - 1;
      else if (!this.isFooter(index)) return true;
    }
    return false;
  }

  private isFooter(index: number): boolean {
    const text = head(this.texts[index]!);
    return text.length <= 120 && MOBILE.test(text) && (DEVICE.test(text) || this.isLastBeforeQuote(index));
  }

  private isLastBeforeQuote(index: number): boolean {
    const next = this.nextIndex(index + 1, this.lines.length);
    if (next >= this.lines.length || this.isFolded[next]) return true;
    const text = this.texts[next]!;
    return isQuoted(text) || isDelimiter(text) || isRule(text) || this.attributionEnd(next) > 0;
  }

  /** The first of "-- ", "Sent from my phone", or a rule above something like a business card. */
  private signatureStart(from: number, end: number): number | null {
    for (let index = from; index < end; index += 1) {
      if (this.isFolded[index]) continue;
      const text = this.texts[index]!;
      if (isDelimiter(text) || this.isFooter(index)) return index;
      if (isRule(text) && this.isCardBelow(index, end)) return index;
    }
    return null;
  }

  private isCardBelow(rule: number, end: number): boolean {
    const isApart = /_/.test(this.texts[rule]!) || rule === 0 || isBlank(this.texts[rule - 1]!);
    const below = this.texts.slice(rule + 1, Math.min(end, rule + 60)).filter(text => !isBlank(text));
    if (!isApart || below.length === 0) return isApart;
    if (/_{3}/.test(this.texts[rule]!) && below.length <= 2) return below.every(text => text.length <= 60);
    if (below.length > 18) return false;
    const sentences = below.filter(text => text.length > 100 || /[.?!]$/.test(text.trim())).length;
    const contacts = below.filter(text =>
      /@|https?:|www\.|\b(?:tel|fax|phone|mobil|t|f|m)[.:]/iu.test(text.slice(0, 400)),
    ).length;
    return contacts > 0 && sentences * 3 <= below.length;
  }

  private foldSignature() {
    for (const [from, to] of this.openRuns()) {
      const start = this.signatureStart(from, to);
      if (start === null) continue;
      if (this.hasWords(0, start)) this.hide(start, to);
      else if (!isDelimiter(this.texts[start]!)) this.hide(start, start + 1);
    }
  }

  private openRuns(): [number, number][] {
    const runs: [number, number][] = [];
    for (let index = 0; index < this.isFolded.length; index += 1) {
      if (this.isFolded[index]) continue;
      let to = index;
      while (to < this.isFolded.length && !this.isFolded[to]) to += 1;
      runs.push([index, to]);
      index = to;
    }
    return runs;
  }

  /** Rules left at the end of what was written part it from nothing any more. */
  private foldEdges() {
    if (!this.isFolded.includes(true)) return;
    let index = this.lines.length - 1;
    while (index >= 0 && (this.isFolded[index] || isOrnament(this.texts[index]!))) {
      if (!isBlank(this.texts[index]!)) this.isFolded[index] = true;
      index -= 1;
    }
  }
}
