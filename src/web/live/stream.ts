import type { Response } from 'express';
import type { Listening } from '../../domain/tickets/audience.ts';

/** What a page wants to hear of: one ticket, or the queue. Everybody of the desk hears of counts besides. */
export type Topic = { ticketId: number } | 'queue';

/** What a page is told; what it then shows, it asks for itself, with the rights of that moment. */
export type Telling = 'ticket' | 'tickets' | 'counts' | 'presence' | 'refresh' | 'end';

export type Stream = Listening & {
  topic: Topic;
  tell(name: Telling, data?: Record<string, unknown>): void;
  beat(): void;
  /** Ends the answer; the browser comes again after so many milliseconds. */
  end(retryMs?: number): void;
};

export const ticketOf = ({ topic }: Stream) => (topic === 'queue' ? undefined : topic.ticketId);

/** Bytes that a page leaves unread before it counts as gone. */
const UNREAD_BYTES = 64_000;
/** A client that is gone without a word, or never reads, would keep an ended answer open for ever. */
const LAST_WORDS_MS = 5_000;
/** How soon a page comes again after its stream broke: spread out, so that not all come at once. */
const retryMs = () => Math.round(1_000 + Math.random() * 2_000);

/** Begins the answer. `no-transform` keeps our own compression away, `X-Accel-Buffering` that of nginx. */
export function openStream(res: Response, who: Listening, topic: Topic, onClose: () => void): Stream {
  res.set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
  });
  res.shouldKeepAlive = false;
  res.socket?.setNoDelay(true);
  res.socket?.setKeepAlive(true, 30_000);
  res.once('close', onClose);
  res.on('error', () => {});
  res.write(`retry: ${retryMs()}\nevent: beat\nid: ${Date.now()}\ndata: {}\n\n`);
  const write = (text: string) => {
    if (res.writableEnded || res.destroyed) return;
    if (res.writableLength > UNREAD_BYTES) res.destroy();
    else res.write(text);
  };
  return {
    ...who,
    topic,
    tell: (name, data = {}) => write(`event: ${name}\nid: ${Date.now()}\ndata: ${JSON.stringify(data)}\n\n`),
    beat: () => write(`: beat\nevent: beat\nid: ${Date.now()}\ndata: {}\n\n`),
    end: (milliseconds = retryMs()) => {
      write(`retry: ${milliseconds}\n\n`);
      res.end();
      const grace = setTimeout(() => res.destroy(), LAST_WORDS_MS).unref();
      res.once('close', () => clearTimeout(grace));
    },
  };
}
