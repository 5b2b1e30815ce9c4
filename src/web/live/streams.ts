import { type Audience, audienceOf } from '../../domain/tickets/audience.ts';
import type { Services } from '../../services.ts';
import { createGathering, type Gathered } from './gathering.ts';
import { type Stream, ticketOf } from './stream.ts';
import { staysOpen, tell } from './telling.ts';

export const MOST_STREAMS = 1_000;
export const MOST_OF_A_PERSON = 12;

const GATHER_MS = 20;
const BEAT_MS = 15_000;
/** A right that was taken away without a word is noticed within this time. */
const CHECK_MS = 3_500;
/** A stream lasts so long; the browser then opens the next one. A client that is silently gone goes with it. */
const LIFE_MS = 300_000;
/** Before the database is asked again, if it did not answer. */
const AWAY_MS = 500;

/** All open pages of this process. Nothing is told to anybody before the database was asked who may know of it. */
export type Streams = ReturnType<typeof createStreams>;

export function createStreams({ db, signals, metrics, log }: Services) {
  const open = new Map<Stream, number>();
  /** The newest event of each ticket that is open, as of the last time somebody asked. */
  const newest = new Map<number, number>();
  // Each page that hears of a list asks for its own: the more there are, the longer the pause.
  const gathering = createGathering(() => Math.max(1_000, open.size * 15));
  const spread = () => Math.min(700, open.size * 3);
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let checkIsDue = false;
  let clocks: NodeJS.Timeout[] = [];
  let stopListening: (() => void) | undefined;

  /** At the earliest moment that something is due; while a turn runs, after it. */
  function schedule() {
    const due = gathering.due();
    if (due === undefined || running) return;
    clearTimeout(timer);
    timer = setTimeout(run, Math.max(GATHER_MS, due)).unref();
  }

  function run() {
    running = true;
    turn(gathering.take())
      .catch((error: Error) => log.error({ err: error.message }, 'live updates failed'))
      .finally(() => {
        running = false;
        if (checkIsDue) void check();
        schedule();
      });
  }

  /** Asks once who may know of what has gathered, and tells them. */
  async function turn(gathered: Gathered) {
    const tickets = new Set([...gathered.events.values(), ...gathered.presence.keys()]);
    const all = gathered.rights || gathered.missed || gathered.listed.length > 0;
    const concerned = [...open.keys()].filter(stream => all || tickets.has(ticketOf(stream) ?? 0));
    if (concerned.length === 0) return;
    const audience = await ask(concerned, gathered);
    if (!audience) return;
    for (const stream of concerned)
      if (staysOpen(stream, audience)) tell(stream, audience, gathered, spread());
  }

  /** Undefined if nobody could say: then nothing is told, and later everybody looks again. */
  async function ask(people: Stream[], gathered?: Gathered): Promise<Audience | undefined> {
    const tickets = [...people.flatMap(stream => ticketOf(stream) ?? []), ...(gathered?.listed ?? [])];
    try {
      const audience = await audienceOf(db, {
        people,
        tickets,
        events: [...(gathered?.events.keys() ?? [])],
      });
      for (const id of new Set(people.map(ticketOf))) if (id) newest.set(id, audience.newest.get(id) ?? 0);
      return audience;
    } catch (error) {
      log.warn({ err: (error as Error).message }, 'live updates wait for the database');
      gathering.miss();
      await new Promise(resolve => setTimeout(resolve, AWAY_MS).unref());
      return undefined;
    }
  }

  /** Every few seconds: who may still be here, whose time is over, and what changed without a signal. */
  async function check() {
    // Put off, not left out: a suspension must not wait for the next one.
    checkIsDue = running;
    if (open.size === 0 || running) return;
    const before = new Map(newest);
    const streams = [...open.keys()];
    const audience = await ask(streams);
    if (!audience) return schedule();
    for (const stream of streams) {
      if (!staysOpen(stream, audience)) continue;
      if (isBehind(stream, audience, before)) stream.tell('refresh');
      if (Date.now() > (open.get(stream) ?? 0)) stream.end();
    }
  }

  /** Only for who works the ticket: the event that passed unheard may be a note. */
  function isBehind(stream: Stream, audience: Audience, before: ReadonlyMap<number, number>) {
    const id = ticketOf(stream);
    const known = before.get(id ?? 0);
    if (!id || known === undefined || gathering.awaits(id) || !audience.works(stream, id)) return false;
    return (audience.newest.get(id) ?? 0) > known;
  }

  function start() {
    const missed = () => {
      gathering.miss();
      schedule();
    };
    const heard: Parameters<typeof signals.listen>[0]['heard'] = signals => {
      if (open.size === 0) return;
      for (const signal of signals) gathering.add(signal);
      schedule();
    };
    stopListening = signals.listen({ heard, missed });
    const beat = () => {
      for (const stream of open.keys()) stream.beat();
    };
    clocks = [setInterval(beat, BEAT_MS).unref(), setInterval(() => void check(), CHECK_MS).unref()];
  }

  return {
    hasRoomFor: (userId: number) =>
      open.size < MOST_STREAMS &&
      [...open.keys()].filter(stream => stream.userId === userId).length < MOST_OF_A_PERSON,
    add(stream: Stream) {
      if (!stopListening) start();
      open.set(stream, Date.now() + LIFE_MS * (0.9 + Math.random() * 0.2));
      metrics.openStreams.set(open.size);
    },
    remove(stream: Stream) {
      open.delete(stream);
      const id = ticketOf(stream);
      if (id && ![...open.keys()].some(other => ticketOf(other) === id)) newest.delete(id);
      metrics.openStreams.set(open.size);
    },
    size: () => open.size,
    /** The process is about to stop: every page is to open its stream elsewhere. */
    end() {
      for (const clock of clocks) clearInterval(clock);
      clearTimeout(timer);
      stopListening?.();
      for (const stream of open.keys()) stream.end();
    },
  };
}

const all = new WeakMap<object, Streams>();

export function streamsOf(services: Services): Streams {
  const streams = all.get(services) ?? createStreams(services);
  all.set(services, streams);
  return streams;
}

export const endStreams = (services: Services) => all.get(services)?.end();
