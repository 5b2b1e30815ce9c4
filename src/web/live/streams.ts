import { type Audience, audienceOf } from '../../domain/tickets/audience.ts';
import type { Signal } from '../../platform/signals.ts';
import type { Services } from '../../services.ts';
import type { Stream } from './stream.ts';

export const MOST_STREAMS = 1_000;
export const MOST_OF_A_PERSON = 12;

const GATHER_MS = 20;
const BEAT_MS = 15_000;
/** A right that was taken away without a word is noticed within this time. */
const CHECK_MS = 3_500;
/** A stream lasts so long; the browser then opens the next one. A client that is silently gone goes with it. */
const LIFE_MS = 300_000;
/** Tickets that are looked at for one telling of the queue; the newest of more. */
const MOST_TICKETS = 200;

/** All open pages of this process. Nothing is told to anybody before the database was asked who may know of it. */
export type Streams = ReturnType<typeof createStreams>;

export function createStreams({ db, signals, metrics, log }: Services) {
  const open = new Map<Stream, number>();
  const events = new Map<number, number>();
  const present = new Set<number>();
  const touched = new Set<number>();
  const newest = new Map<number, number>();
  let isDoubtful = false;
  let missed = false;
  let queueToldAt = 0;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let clocks: NodeJS.Timeout[] = [];
  let stopListening: (() => void) | undefined;

  const on = (stream: Stream) => (stream.topic === 'queue' ? undefined : stream.topic.ticketId);
  const ofTickets = (ids: { has(id: number): boolean }) =>
    [...open.keys()].filter(stream => ids.has(on(stream) ?? 0));

  const schedule = (milliseconds = GATHER_MS) => {
    timer ??= setTimeout(() => {
      timer = undefined;
      running ??= turn().finally(() => {
        running = undefined;
        if (hasWork()) schedule(Math.max(GATHER_MS, events.size + present.size > 0 ? 0 : queueDue()));
      });
    }, milliseconds);
  };
  const hasWork = () => events.size > 0 || present.size > 0 || touched.size > 0 || isDoubtful || missed;
  /** Lists and counts are told at once, and then not too often: each page that hears it asks for its own. */
  const pause = () => Math.max(1_000, open.size * 15);
  const queueDue = () => Math.max(0, queueToldAt + pause() - Date.now());

  function heard(signals: Signal[]) {
    for (const { about, ticket, event } of signals) {
      if (about === 'people') isDoubtful = true;
      if (about === 'presence' && ticket) present.add(ticket);
      if (about === 'ticket' && ticket) {
        if (event) events.set(event, ticket);
        touched.delete(ticket);
        touched.add(ticket);
      }
    }
    schedule();
  }

  /** Takes what has gathered, asks once who may know of it, and tells them. What cannot be asked is told as a refresh. */
  async function turn() {
    const happened = new Map(events);
    const tickets = new Set(happened.values());
    const faces = new Set(present);
    const everybody = isDoubtful || missed;
    const forQueue =
      touched.size > 0 && (queueDue() === 0 || missed) ? [...touched].slice(-MOST_TICKETS) : [];
    const wasMissed = missed;
    events.clear();
    present.clear();
    isDoubtful = false;
    missed = false;
    if (forQueue.length > 0) {
      touched.clear();
      queueToldAt = Date.now();
    }
    const concerned =
      everybody || forQueue.length > 0 ? [...open.keys()] : ofTickets(new Set([...tickets, ...faces]));
    if (concerned.length === 0) return;
    const audience = await ask(concerned, forQueue, [...happened.keys()]);
    if (!audience) return;
    for (const stream of concerned) {
      if (!stays(stream, audience)) continue;
      const id = on(stream);
      if (wasMissed) stream.tell('refresh');
      else if (id) tellTicket(stream, id, { audience, tickets, faces });
      if (forQueue.length > 0 && !wasMissed) tellQueue(stream, audience, forQueue);
    }
  }

  type Round = { audience: Audience; tickets: Set<number>; faces: Set<number> };
  function tellTicket(stream: Stream, id: number, { audience, tickets, faces }: Round) {
    if (tickets.has(id)) {
      const own = audience.events(stream, id);
      const comment = own.findLast(event => event.commentId)?.commentId;
      if (own.length > 0) stream.tell('ticket', comment ? { comment } : {});
    }
    if (faces.has(id) && audience.works(stream, id)) stream.tell('presence');
  }

  function tellQueue(stream: Stream, audience: Audience, tickets: number[]) {
    if (!audience.isStaff(stream) || !tickets.some(id => audience.works(stream, id))) return;
    const spread = { within: Math.min(700, open.size * 3) };
    stream.tell('counts', spread);
    if (stream.topic === 'queue') stream.tell('tickets', spread);
  }

  async function ask(concerned: Stream[], more: number[], happened: number[]) {
    const tickets = [...concerned.flatMap(stream => on(stream) ?? []), ...more];
    try {
      const audience = await audienceOf(db, { people: concerned, tickets, events: happened });
      for (const [id, event] of audience.newest) newest.set(id, event);
      return audience;
    } catch (error) {
      log.warn({ err: (error as Error).message }, 'live updates wait for the database');
      missed = true;
      await new Promise(resolve => setTimeout(resolve, 500).unref());
      return undefined;
    }
  }

  /** Whoever may no longer be here is shown out; a page that lost its ticket does not come back for it. */
  function stays(stream: Stream, audience: Audience): boolean {
    const id = on(stream);
    const may = id ? audience.sees(stream, id) : audience.isStaff(stream);
    if (may) return true;
    stream.tell('end');
    stream.end();
    return false;
  }

  /** Every few seconds: who may still be here, whose time is over, and whether a ticket changed without a signal. */
  async function check() {
    if (open.size === 0 || running) return;
    const before = new Map(newest);
    const streams = [...open.keys()];
    const audience = await ask(streams, [], []);
    const now = Date.now();
    for (const stream of streams) {
      if (audience && !stays(stream, audience)) continue;
      const id = on(stream);
      const known = before.get(id ?? 0);
      const silent = audience && id && known !== undefined && (audience.newest.get(id) ?? 0) > known;
      if (silent && ![...events.values()].includes(id)) stream.tell('refresh');
      if (now > (open.get(stream) ?? 0)) stream.end();
    }
  }

  function start() {
    stopListening = signals.listen({
      heard,
      missed: () => {
        missed = true;
        schedule();
      },
    });
    const beat = () => {
      for (const stream of open.keys()) stream.beat();
    };
    const looking = () =>
      void check().catch((error: Error) => log.error({ err: error.message }, 'live check'));
    clocks = [setInterval(beat, BEAT_MS).unref(), setInterval(looking, CHECK_MS).unref()];
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
      const id = on(stream);
      if (id && ![...open.keys()].some(other => on(other) === id)) newest.delete(id);
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
  let streams = all.get(services);
  if (!streams) {
    streams = createStreams(services);
    all.set(services, streams);
  }
  return streams;
}

export const endStreams = (services: Services) => all.get(services)?.end();
