import { attributionAt, head, isBlank, isOrnament, isQuoted } from './quoting-lines.ts';
import { WROTE } from './quoting-words.ts';

export type Line = {
  text: string;
  /** What the HTML around it tells beyond its words. */
  hint?: 'cut' | 'attribution' | 'signature';
};

export type Run = { from: number; to: number };

/** How often a line that could begin an attribution is read on; a mail full of "On 1" must not cost seconds. */
const ATTRIBUTIONS_TRIED = 2000;

/** The lines of a mail and which of them are folded so far; from here on "end" is the first line that is not meant. */
export class Page {
  readonly lines: readonly Line[];
  readonly texts: readonly string[];
  readonly isFolded: boolean[];
  private tries = 0;

  constructor(lines: readonly Line[]) {
    this.lines = lines;
    this.texts = lines.map(line => line.text);
    this.isFolded = lines.map(line => line.hint === 'signature');
  }

  hide(from: number, to: number) {
    this.isFolded.fill(true, from, to);
  }

  hasWords(from: number, to: number): boolean {
    for (let index = from; index < to; index += 1)
      if (!this.isFolded[index] && !isOrnament(this.texts[index]!)) return true;
    return false;
  }

  /** The next lines that are not blank, not far away. */
  nextWords(from: number, count: number): string[] {
    return this.texts
      .slice(from, from + 10)
      .filter(text => !isBlank(text))
      .slice(0, count);
  }

  nextIndex(from: number, end: number): number {
    let index = from;
    while (index < end && isBlank(this.texts[index]!)) index += 1;
    return index;
  }

  /** Where the attribution that begins here ends; 0 where none does. */
  attributionEnd(index: number): number {
    if (this.lines[index]!.hint === 'attribution') return index + 1;
    if (isBlank(this.texts[index]!) || this.tries > ATTRIBUTIONS_TRIED) return 0;
    const end = attributionAt(this.texts, index);
    if (end === 0 && /\d|@/.test(head(this.texts[index]!))) this.tries += 1;
    return end;
  }

  firstAttribution(end: number): Run | null {
    for (let index = 0; index < end; index += 1) {
      const isInQuote = index > 0 && isQuoted(this.texts[index]!) && isQuoted(this.texts[index - 1]!);
      if (this.isFolded[index] || isInQuote) continue;
      const to = this.attributionEnd(index);
      if (to > 0) return { from: index, to: Math.min(to, end) };
    }
    return null;
  }

  /** A line above a quote that ends with a colon and has an address or a time, in whatever language. */
  attributionAbove(quote: number): number {
    let above = quote - 1;
    while (above >= 0 && above >= quote - 2 && isBlank(this.texts[above]!)) above -= 1;
    const text = head(this.texts[above] ?? '');
    const isAttribution = /@|\d{1,2}[:.]\d\d/.test(text) || (WROTE.test(text) && text.length <= 80);
    return /[:：]$/.test(text) && isAttribution ? above : quote;
  }

  /** Runs of quoted lines with the blanks in them, and the ends of long ones a client broke. */
  quoteRuns(from: number, end: number): Run[] {
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
    if (to === from) return true;
    const between = this.texts.slice(from, Math.min(to, from + 50));
    if (between.some(isBlank)) return to - from <= 50 && between.every(isBlank);
    return between.length <= 2 && this.texts[from - 1]!.length >= 60;
  }
}
