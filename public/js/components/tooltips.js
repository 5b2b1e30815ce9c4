import { on } from '../page.js';

/** Escape hides a tooltip until the pointer or the focus moves on (WCAG 1.4.13). */
export function tooltips() {
  const { dataset } = document.documentElement;
  const show = () => delete dataset.tips;
  on('keydown', event => {
    if (event.key === 'Escape') dataset.tips = 'off';
  });
  on('focusin', show);
  on('pointerover', event => {
    if (!event.target.closest?.('[data-tip]')) show();
  });
}
