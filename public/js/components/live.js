import { find, findAll, on, onWithin, whenQuiet } from '../page.js';

const LOOK_MS = 20_000;
const HIDDEN_MS = 30_000;
/** A stream begins with a beat and has one every 15 seconds: without it somebody on the way keeps it to themselves. */
const SILENT_MS = 20_000;
const NAMES = ['ticket', 'tickets', 'counts', 'presence'];

/**
 * `<… data-live="ticket:1042" data-since="1790000000000">`: one stream a page that tells when something changed, as
 * events on the body (`live:ticket`, `live:tickets`, `live:counts`, `live:presence`) for `hx-trigger="… from:body"`.
 * Where there is no stream to be had, or one that says nothing, the same events come every 20 seconds.
 */
export function live() {
  const place = find('[data-live^="ticket:"]') ?? find('[data-live]');
  if (!place) return;
  let { since } = place.dataset;
  let source;
  let polling;
  let hiding;
  let silence;

  const tellAll = () => {
    for (const name of NAMES) tell(place, name);
  };
  const close = () => {
    source?.close();
    source = undefined;
    clearInterval(polling);
    clearTimeout(silence);
    polling = undefined;
  };
  const poll = () => {
    polling ??= setInterval(() => {
      tellAll();
      open();
    }, LOOK_MS);
  };
  /** The stream stays open: the first beat that comes through ends the polling. */
  function listen() {
    clearTimeout(silence);
    silence = setTimeout(() => {
      tellAll();
      poll();
    }, SILENT_MS);
  }
  function open() {
    if (source || document.hidden) return;
    source = new EventSource(`/live?on=${place.dataset.live}&since=${since}`);
    listen();
    const hear = (name, run) =>
      source.addEventListener(name, ({ data, lastEventId }) => {
        since = lastEventId;
        run(JSON.parse(data));
      });
    for (const name of NAMES) hear(name, data => soon(data, () => tell(place, name, data)));
    hear('beat', () => {
      clearInterval(polling);
      polling = undefined;
      listen();
    });
    hear('refresh', data => soon(data, tellAll));
    hear('end', close);
    source.onerror = () => {
      // While it connects again the browser sees to it; an answer that is no stream ends it.
      if (source?.readyState !== EventSource.CLOSED) return;
      source = undefined;
      clearTimeout(silence);
      poll();
    };
  }

  // A page is whole first; what happens until then is told when the stream opens.
  whenQuiet(open);
  addEventListener('pagehide', close);
  addEventListener('pageshow', event => event.persisted && open());
  on('visibilitychange', () => {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(close, HIDDEN_MS);
    else open();
  });
  // What was left alone because somebody was choosing there.
  onWithin('focusout', '#properties', (_event, aside) => {
    if (aside.dataset.stale) setTimeout(() => tell(place, 'ticket'), 300);
  });
}

/** Spread over the time that the server names, since all pages hear it at the same moment. */
const soon = ({ within = 0 }, run) => setTimeout(run, Math.random() * within);

function tell(place, name, data = {}) {
  if (name === 'ticket') {
    // One's own message is on the page already.
    if (data.comment && find(`#c${data.comment}`)) return;
    place.setAttribute('hx-vals', JSON.stringify(whatToAsk()));
  }
  document.body.dispatchEvent(new CustomEvent(`live:${name}`, { detail: data }));
}

/** The newest message shown, and the parts that somebody is using and that stay as they are. */
function whatToAsk() {
  const properties = find('#properties');
  const inUse = Boolean(properties?.matches(':focus-within'));
  if (inUse) properties.dataset.stale = 'true';
  else delete properties?.dataset.stale;
  const after = findAll('#thread .msg').at(-1)?.id.slice(1) ?? '';
  return { after, without: inUse ? 'properties' : '' };
}
