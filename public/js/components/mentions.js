import { find, findAll, on, onWithin } from '../page.js';
import { insertText } from './canned.js';

const FIELD = 'textarea[data-mentions]';
/** "@" and what was typed of a name, up to the cursor. */
const BEGUN = /(?:^|[^\p{L}\p{N}_.@])@([\p{L}\p{N}.' -]{0,40})$/u;

/**
 * Names to choose from while "@…" is typed (`data-mentions` is where they are asked for), and "Quote" without leaving
 * the page. Who types a name in full needs neither.
 */
export function mentions() {
  let asked = 0;
  onWithin('input', FIELD, async (_event, field) => {
    const begun = begunIn(field);
    const turn = ++asked;
    if (begun === null) return close();
    narrow(field, begun);
    const html = await ask(field.dataset.mentions, begun);
    if (turn === asked && html !== null) show(field, html);
  });
  onWithin('keydown', FIELD, choose);
  onWithin('pointerdown', '[data-mention]', (event, option) => {
    event.preventDefault();
    take(find(FIELD), option);
  });
  on('focusout', event => event.target.matches?.(FIELD) && close());
  onWithin('click', '[data-quote]', quote);
}

const list = () => find('#mentions');
const begunIn = field => BEGUN.exec(field.value.slice(0, field.selectionStart))?.[1] ?? null;

async function ask(path, q) {
  const headers = { 'HX-Request': 'true', 'HX-Request-Type': 'partial', 'HX-Target': 'ul#mentions' };
  const answer = await fetch(`${path}?q=${encodeURIComponent(q)}`, { headers }).catch(() => null);
  return answer?.ok ? answer.text() : null;
}

function show(field, html) {
  const fresh = new DOMParser().parseFromString(html, 'text/html').getElementById('mentions');
  if (!fresh || fresh.children.length === 0) return close();
  list()?.replaceWith(fresh);
  field.setAttribute('aria-controls', 'mentions');
  field.setAttribute('aria-activedescendant', 'mention-0');
}

/** Until the next list is here, what does not fit any more goes at once: a quick Enter must not take it. */
function narrow(field, begun) {
  const typed = wordsOf(begun);
  const fits = name => typed.every(word => wordsOf(name).some(own => own.startsWith(word)));
  for (const option of optionsOf()) if (!fits(option.dataset.mention)) option.remove();
  const [first] = optionsOf();
  if (!first) return close();
  if (optionsOf().some(option => option.getAttribute('aria-selected') === 'true')) return;
  first.setAttribute('aria-selected', 'true');
  field.setAttribute('aria-activedescendant', first.id);
}

const optionsOf = () => (list() ? findAll('[data-mention]', list()) : []);
const wordsOf = text =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[\s.'-]+/)
    .filter(Boolean);

function close() {
  const open = list();
  if (!open) return;
  open.replaceChildren();
  open.hidden = true;
  find(FIELD)?.removeAttribute('aria-activedescendant');
}

function choose(event, field) {
  const options = findAll('[data-mention]', list() ?? undefined);
  if (list()?.hidden || options.length === 0 || event.isComposing) return;
  const at = options.findIndex(option => option.getAttribute('aria-selected') === 'true');
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    const next = options[(at + step + options.length) % options.length];
    for (const option of options) option.setAttribute('aria-selected', option === next);
    field.setAttribute('aria-activedescendant', next.id);
  } else if ((event.key === 'Enter' && !event.ctrlKey && !event.metaKey) || event.key === 'Tab') {
    event.preventDefault();
    take(field, options[at]);
  } else if (event.key === 'Escape') {
    event.preventDefault();
    close();
  }
}

function take(field, option) {
  const end = field.selectionStart;
  const start = end - begunIn(field).length;
  field.focus();
  field.setRangeText(`${option.dataset.mention} `, start, end, 'end');
  close();
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

/** The words as they are shown, each line marked: `innerText` knows where a line ends. */
function quote(event, link) {
  const field = find('.composer textarea');
  // biome-ignore lint/performance/useDomNodeTextContent: paragraphs must not run together
  const text = find('.prose', link.closest('.msg'))?.innerText.trim();
  if (!field || !text) return;
  event.preventDefault();
  if (link.closest('.msg-note')) find('.composer [name="kind"][value="note"]')?.click();
  field.focus();
  insertText(field, `${text.replace(/^/gm, '> ')}\n\n`);
}
