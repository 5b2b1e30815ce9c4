import { find, on, onWithin, whenQuiet } from '../page.js';

const BEAT_MS = 20_000;
const WRITING_MS = 60_000;
const FIELD = '#composer textarea';

/** Says every 20 seconds that the ticket is open here, and whether somebody writes; the answer says who else does. */
export function presence() {
  const place = find('[data-presence]');
  if (!place) return;
  let typedAt = 0;
  const isWriting = () => Date.now() - typedAt < WRITING_MS && Boolean(find(FIELD)?.value.trim());
  const beat = () => {
    if (document.hidden) return;
    place.setAttribute('hx-vals', JSON.stringify({ state: isWriting() ? 'replying' : 'viewing' }));
    document.body.dispatchEvent(new CustomEvent('live:here'));
  };
  onWithin('input', FIELD, () => {
    const wasWriting = isWriting() && typedAt > 0;
    typedAt = Date.now();
    if (!wasWriting) beat();
  });
  onWithin('submit', '#composer', () => {
    typedAt = 0;
    setTimeout(beat, 1_000);
  });
  on('visibilitychange', beat);
  addEventListener('pagehide', () => leave(place.getAttribute('hx-post')));
  setInterval(beat, BEAT_MS);
  whenQuiet(beat);
}

function leave(address) {
  const headers = JSON.parse(document.body.getAttribute('hx-headers:inherited') ?? '{}');
  const body = new URLSearchParams({ state: 'gone' });
  fetch(address, { method: 'POST', keepalive: true, headers: { ...headers, 'X-Poll': '1' }, body }).catch(
    () => {},
  );
}
