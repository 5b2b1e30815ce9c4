import type { Signal } from '../../platform/signals.ts';

/** Tickets that are looked at for one telling of lists and counts; the newest of more. */
const MOST_TICKETS = 200;

/** What has come in since the last telling. */
export type Gathered = {
  /** Events, each with its ticket. */
  events: ReadonlyMap<number, number>;
  /** Tickets at which somebody came, left, or began to write, with who that was. */
  presence: ReadonlyMap<number, readonly number[]>;
  /** Tickets that lists and counts may have changed for; empty while those have to wait. */
  listed: readonly number[];
  /** Somebody's rights changed: everybody's are looked at. */
  rights: boolean;
  /** Something may have passed unheard: everybody is to look again. */
  missed: boolean;
};

/** Gathers signals until they are taken. Lists and counts keep a pause between two tellings, the rest does not wait. */
export function createGathering(pauseMs: () => number) {
  let events = new Map<number, number>();
  let presence = new Map<number, number[]>();
  let listed = new Set<number>();
  let rights = false;
  let missed = false;
  let listedAt = 0;
  const listsWait = () => Math.max(0, listedAt + pauseMs() - Date.now());

  function takeListed(): number[] {
    if (listed.size === 0 || (listsWait() > 0 && !missed)) return [];
    const taken = [...listed].slice(-MOST_TICKETS);
    listed = new Set();
    listedAt = Date.now();
    return taken;
  }

  return {
    add({ about, ticket, event, by = 0 }: Signal) {
      if (about === 'people') rights = true;
      if (!ticket) return;
      if (about === 'presence') presence.set(ticket, [...(presence.get(ticket) ?? []), by]);
      if (about !== 'ticket') return;
      if (event) events.set(event, ticket);
      listed.delete(ticket);
      listed.add(ticket);
    },
    miss: () => {
      missed = true;
    },
    awaits: (ticket: number) => [...events.values()].includes(ticket),
    /** How long what is here may wait; undefined if there is nothing. */
    due: () => {
      if (events.size > 0 || presence.size > 0 || rights || missed) return 0;
      return listed.size > 0 ? listsWait() : undefined;
    },
    take(): Gathered {
      const taken = { events, presence, listed: takeListed(), rights, missed };
      events = new Map();
      presence = new Map();
      rights = false;
      missed = false;
      return taken;
    },
  };
}
