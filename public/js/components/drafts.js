import { findAll, on, onWithin, storage } from '../page.js';
import { phrase } from '../strings.js';
import { say } from './toasts.js';

const PREFIX = 'draft:';
const FIELD = 'textarea[data-draft]';

/**
 * A copy of unsent text in this tab, beside the draft that the server keeps, for when the network is
 * away. Keyed by person (`<body data-person>`) and by what is written about (`data-draft`). It goes
 * when the server confirms (a 2xx answer, or `data-draft-done` in the page) and at sign-out.
 */
export function drafts() {
  const kept = storage();
  if (!kept) return;
  dropOthers(kept);
  dropConfirmed(kept);
  for (const field of findAll(FIELD)) putBack(kept, field);
  onWithin('input', FIELD, (_event, field) => keep(kept, field));
  onWithin('submit', 'form', (_event, form) => {
    if (form.matches('[data-sign-out]')) dropAll(kept);
    else for (const field of findAll(FIELD, form)) markSent(kept, field);
  });
  on('htmx:after:request', event => afterAnswer(kept, event.detail.ctx));
  on('htmx:after:settle', () => dropConfirmed(kept));
}

const keyOf = field => `${PREFIX}${document.body.dataset.person ?? ''}:${field.dataset.draft}`;
const keys = kept => Object.keys(kept).filter(key => key.startsWith(PREFIX));

function keep(kept, field) {
  if (field.value) write(kept, field, { text: field.value });
  else kept.removeItem(keyOf(field));
}

function write(kept, field, draft) {
  try {
    kept.setItem(keyOf(field), JSON.stringify(draft));
  } catch {
    // Full storage: the server's draft is the one that counts.
  }
}

function putBack(kept, field) {
  const draft = read(kept, keyOf(field));
  if (!draft || field.value) return;
  field.value = draft.text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  if (draft.isSent) say(phrase('draftKept'), { isError: true });
}

/** Sent but not yet confirmed: if the page comes back without a word, the person should look. */
function markSent(kept, field) {
  if (field.value) write(kept, field, { text: field.value, isSent: true });
}

function afterAnswer(kept, { sourceElement, response, request }) {
  if (request.method === 'GET' || response.status >= 300) return;
  for (const field of findAll(FIELD, sourceElement)) kept.removeItem(keyOf(field));
}

function dropConfirmed(kept) {
  const person = document.body.dataset.person ?? '';
  for (const { dataset } of findAll('[data-draft-done]')) {
    kept.removeItem(`${PREFIX}${person}:${dataset.draftDone}`);
  }
}

function dropOthers(kept) {
  const { person } = document.body.dataset;
  if (!person) return;
  for (const key of keys(kept)) if (!key.startsWith(`${PREFIX}${person}:`)) kept.removeItem(key);
}

function dropAll(kept) {
  for (const key of keys(kept)) kept.removeItem(key);
}

function read(kept, key) {
  try {
    return JSON.parse(kept.getItem(key));
  } catch {
    return null;
  }
}
