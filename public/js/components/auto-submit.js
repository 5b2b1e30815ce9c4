import { on, onWithin } from '../page.js';

const FIELD = '[data-autosubmit]';

/** A field that saves when it changes. Its form has a button in `noscript` for everybody else. */
export function autoSubmit() {
  onWithin('change', FIELD, (_event, field) => field.form?.requestSubmit());
  // Refused: show what the page knew before, not what was asked for.
  on('htmx:response:error', ({ detail: { ctx } }) => {
    if (ctx.swap === 'none') undo(ctx.sourceElement);
  });
  on('htmx:error', ({ detail: { ctx } }) => ctx && undo(ctx.sourceElement));
}

function undo(form) {
  if (form.matches('form') && form.querySelector(FIELD)) form.reset();
}
