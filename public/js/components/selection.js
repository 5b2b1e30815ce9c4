import { find, findAll, on } from '../page.js';
import { phrase } from '../strings.js';

const boxes = () => findAll('.queue [name="ids"]');
const ticked = () => findAll('.queue [name="ids"]:checked').length;
/** With those on other pages of the list. */
export const pickedCount = () => ticked() + Number(find('.bulk')?.dataset.kept ?? 0);

/** Select all on the page, select a range with Shift, and say how many are selected. */
export function selection() {
  let last;
  on('click', event => {
    const box = event.target;
    if (!box.matches?.('.queue [name="ids"], .queue [name="all"]')) return;
    if (box.name === 'all') for (const other of boxes()) other.checked = box.checked;
    else {
      if (event.shiftKey && last?.isConnected) checkBetween(last, box);
      last = box;
    }
    announce();
  });
  // The reset happens after its event.
  on('reset', () => setTimeout(announce));
}

function checkBetween(from, to) {
  const all = boxes();
  const [first, final] = [all.indexOf(from), all.indexOf(to)].sort((a, b) => a - b);
  for (const box of all.slice(first, final + 1)) box.checked = to.checked;
}

function announce() {
  const count = pickedCount();
  const all = find('.queue [name="all"]');
  if (all) {
    all.checked = ticked() > 0 && ticked() === boxes().length;
    all.indeterminate = ticked() > 0 && !all.checked;
  }
  const live = find('#picked-live');
  if (live) live.textContent = count ? phrase('picked', { number: count }) : phrase('pickedNone');
  document.dispatchEvent(new CustomEvent('selection:change', { detail: { count } }));
}
