/** How many mails of one process are on their way at once, and how many of them to one domain. */
const WIDTH = 6;
const PER_DOMAIN = 2;
/** A domain that put off as many in a row is left alone until the next turn. */
const PATIENCE = 5;
/** While nobody has answered yet, one more is tried each second: a mail that hangs shall not hold up the others. */
const WIDEN_MS = 1_000;
/** How long a mail waits before its last line for another of which nobody knows yet whether it arrived. */
const DOUBT_MS = 1_000;

export type Addressed = { recipientId: number; domain: string };
/** What the server of a domain had to say; `silent`: it was not asked. */
export type Answer = 'spoken' | 'later' | 'away' | 'silent';

/**
 * Which mails may set out now. Slow or difficult domains use up two places at most; one person's mails go one after the
 * other, in their order. The first mail goes alone, since it may find nobody there; once one was answered all may go.
 */
export class Traffic {
  private readonly running = new Map<Promise<void>, Addressed>();
  private readonly putOff = new Map<string, number>();
  private width = 1;
  private answeredAt = Number.NEGATIVE_INFINITY;
  private ended = false;
  /** Of the first that could not even be written down as failed; the others come to their end all the same. */
  failure: unknown;
  private last: Promise<void> = Promise.resolve();

  get hasRoom() {
    return !this.ended && this.running.size < this.width;
  }

  get isEmpty() {
    return this.running.size === 0;
  }

  /** Domains and people that have to wait. */
  get closed(): { domains: string[]; people: number[] } {
    const all = [...this.running.values()];
    const domains = all.map(({ domain }) => domain);
    const full = domains.filter(domain => domains.filter(each => each === domain).length >= PER_DOMAIN);
    const resting = [...this.putOff].filter(([, times]) => times >= PATIENCE).map(([domain]) => domain);
    return { domains: [...full, ...resting], people: all.map(({ recipientId }) => recipientId) };
  }

  start(mail: Addressed, work: () => Promise<Answer>): void {
    const begun = performance.now();
    const run = work()
      .catch((error: unknown): Answer => {
        this.failure ??= error;
        return 'away';
      })
      .then(answer => {
        this.running.delete(run);
        this.heed(mail.domain, answer, begun);
      });
    this.running.set(run, mail);
  }

  /** Until one of them has ended, or one more may try. */
  async change(): Promise<void> {
    const isWide = this.width >= WIDTH || this.ended;
    const { promise, clear } = after(WIDEN_MS);
    await Promise.race([...this.running.keys(), ...(isWide ? [] : [promise])]).finally(clear);
    if (!isWide && performance.now() - this.answeredAt > WIDEN_MS) this.width += 1;
  }

  /** Resolves with what ends the stay, once no other mail is in doubt or its sender has waited long enough. */
  async enterDoubt(): Promise<() => void> {
    const before = this.last;
    let leave = () => {};
    this.last = new Promise<void>(resolve => {
      leave = resolve;
    });
    const { promise, clear } = after(DOUBT_MS);
    await Promise.race([before, promise]).finally(clear);
    return leave;
  }

  /** `away` ends the turn, unless somebody was answered meanwhile: then one mail got stuck, and the server is there. */
  private heed(domain: string, answer: Answer, begun: number) {
    if (answer === 'away' && (this.failure || this.answeredAt < begun)) this.ended = true;
    if (answer === 'away' || answer === 'silent') return;
    this.answeredAt = performance.now();
    this.width = WIDTH;
    if (answer === 'later') this.putOff.set(domain, (this.putOff.get(domain) ?? 0) + 1);
    else this.putOff.delete(domain);
  }
}

function after(ms: number) {
  let timer: NodeJS.Timeout | undefined;
  const promise = new Promise<void>(resolve => {
    timer = setTimeout(resolve, ms);
  });
  return { promise, clear: () => clearTimeout(timer) };
}
