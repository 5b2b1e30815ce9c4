import { findAll, on, onWithin } from '../page.js';

/** Arrows go through an open menu; one that a key opened and that the server fills begins with its first line. */
export function menus() {
  onWithin('keydown', '.menu[popover]', (event, menu) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.defaultPrevented || event.target.matches('input, select, textarea')) return;
    const lines = linesOf(menu);
    if (lines.length === 0) return;
    event.preventDefault();
    const at = lines.indexOf(document.activeElement);
    const next = at < 0 && step < 0 ? lines.length - 1 : (at + step + lines.length) % lines.length;
    lines[next].focus();
  });
  on('htmx:after:settle', () => {
    const menu = document.activeElement;
    if (menu?.matches('.menu:popover-open')) linesOf(menu)[0]?.focus();
  });
}

const linesOf = menu => findAll('a, button', menu).filter(line => line.checkVisibility());
