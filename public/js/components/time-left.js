import { duration } from '../duration.js';
import { findAll, on } from '../page.js';
import { iconSprite, phrase } from '../strings.js';

/** Below this, in ms, the time left is shown as soon. The server draws by the same line. */
const SOON = 2 * 60 * 60_000;
const TICK = 30_000;

/** One timer keeps every `.sla` with `[data-due]` right between two answers of the server. */
export function timeLeft() {
  draw();
  setInterval(draw, TICK);
  on('htmx:after:settle', draw);
  on('visibilitychange', draw);
}

function draw() {
  if (document.hidden) return;
  for (const short of findAll('[data-due]')) {
    const left = Date.parse(short.dataset.due) - Date.now();
    if (Number.isNaN(left)) continue;
    const isLate = left < 0;
    const time = duration(left, 'narrow');
    write(short, isLate ? phrase('timeLate', { time }) : time);
    const mark = short.closest('.sla');
    if (!mark) continue;
    mark.classList.toggle('tone-red', isLate);
    mark.classList.toggle('is-late', isLate);
    const isSoon = !isLate && left <= SOON;
    mark.classList.toggle('tone-amber', isSoon);
    setIcon(mark, isLate ? 'circle-alert' : isSoon ? 'timer' : 'clock');
    const spoken = mark.querySelector('.vh');
    if (spoken) write(spoken, phrase(isLate ? 'timeLate' : 'timeLeft', { time: duration(left, 'long') }));
  }
}

function setIcon(mark, name) {
  const use = mark.querySelector('use');
  const href = `${iconSprite()}#i-${name}`;
  if (use && use.getAttribute('href') !== href) use.setAttribute('href', href);
}

// Unchanged text is left alone: a new text node would cost a layout and a word to a screen reader.
function write(element, text) {
  if (text && element.textContent !== text) element.textContent = text;
}
