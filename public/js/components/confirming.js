import { on } from '../page.js';
import { phrase } from '../strings.js';

/**
 * Asks before a wide or final act: `data-confirm="Delete 3 replies?"` on a form or its button, with
 * `data-confirm-yes` and `data-confirm-no` naming the act. Without scripts the server asks on a page of
 * its own, so a form that was asked here carries `confirmed=1`.
 */
export function confirming() {
  on(
    'submit',
    event => {
      const { target: form, submitter } = event;
      const asking = submitter?.dataset.confirm ? submitter : form;
      if (!asking.dataset.confirm || form.elements.namedItem('confirmed')) return;
      // Before htmx or the busy state hears of it.
      event.preventDefault();
      event.stopImmediatePropagation();
      void ask(asking.dataset.confirm, asking).then(isSure => isSure && submitConfirmed(form, submitter));
    },
    { capture: true },
  );
  on('htmx:confirm', event => {
    const { ctx, issueRequest, dropRequest } = event.detail;
    if (!ctx.confirm) return;
    event.preventDefault();
    void ask(ctx.confirm, ctx.sourceElement).then(isSure => (isSure ? issueRequest() : dropRequest()));
  });
}

function submitConfirmed(form, submitter) {
  const field = document.createElement('input');
  field.type = 'hidden';
  field.name = 'confirmed';
  field.value = '1';
  form.append(field);
  form.requestSubmit(submitter);
  // The next act in this form is asked about again.
  field.remove();
}

/** Resolves to whether the person chose the act. Escape and the backdrop mean no. */
function ask(question, asking) {
  const { dataset } = asking;
  const dialog = document.createElement('dialog');
  dialog.className = 'dialog';
  dialog.setAttribute('aria-labelledby', 'confirm-question');
  const header = document.createElement('header');
  const heading = document.createElement('h2');
  heading.id = 'confirm-question';
  heading.textContent = question;
  header.append(heading);
  const body = document.createElement('div');
  body.className = 'dialog-body';
  body.textContent = dataset.confirmBody ?? '';
  const footer = document.createElement('footer');
  const no = button(dataset.confirmNo ?? phrase('cancel'), 'btn');
  const yes = button(dataset.confirmYes ?? phrase('goOn'), 'btn btn-danger btn-primary');
  footer.append(no, yes);
  dialog.append(header, body, footer);
  document.body.append(dialog);
  no.addEventListener('click', () => dialog.close());
  yes.addEventListener('click', () => dialog.close('yes'));
  return new Promise(resolve => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
    // A menu gives the focus back to its opener; the dialog, closed, gives it back to there.
    asking.closest('[popover]')?.hidePopover();
    dialog.showModal();
  });
}

function button(text, className) {
  const element = document.createElement('button');
  element.type = 'button';
  element.className = className;
  element.textContent = text;
  return element;
}
