import { defaultButton, findAll, on } from '../page.js';

/** Shows within a frame that a press was heard, and sends a form once. */
export function busy() {
  on('submit', event => {
    const { target: form, submitter } = event;
    // htmx has taken it, or it opens nothing that ends this page.
    if (
      event.defaultPrevented ||
      form.method !== 'post' ||
      opensElsewhere(form, submitter) ||
      'download' in form.dataset
    )
      return;
    if (form.ariaBusy === 'true') return void event.preventDefault();
    form.ariaBusy = 'true';
    setBusy(submitter ?? defaultButton(form), true);
  });
  on('htmx:before:request', ({ detail: { ctx } }) => setBusy(ctx.request.submitter, true));
  on('htmx:finally:request', ({ detail: { ctx } }) => setBusy(ctx.request.submitter, false));
  // The back button brings the page back as it was left, in the middle of sending.
  window.addEventListener('pageshow', event => {
    if (event.persisted) for (const element of findAll('form[aria-busy], .btn[aria-busy]')) reset(element);
  });
}

const opensElsewhere = (form, submitter) => Boolean(submitter?.formTarget || form.target);

function setBusy(button, isBusy) {
  if (!button?.matches('.btn')) return;
  if (isBusy) button.ariaBusy = 'true';
  else reset(button);
}

const reset = element => element.removeAttribute('aria-busy');
