import { findAll, on } from '../page.js';

/** `time[data-since]`: how long a timer has been running. Without scripts it says what it was when the page was drawn. */
export function elapsed() {
  draw();
  setInterval(draw, 1_000);
  on('htmx:after:settle', draw);
  on('visibilitychange', draw);
}

function draw() {
  if (document.hidden) return;
  for (const clock of findAll('time[data-since]')) {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(clock.dataset.since)) / 1_000));
    const two = number => String(number).padStart(2, '0');
    const text = `${Math.floor(seconds / 3_600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    if (clock.textContent !== text) clock.textContent = text;
  }
}
