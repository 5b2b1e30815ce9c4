import { findAll } from '../page.js';

/** A list of links that scrolls sideways on a phone begins at the page one is on. */
export function currentLink() {
  for (const link of findAll('.subnav [aria-current="page"]')) {
    link.scrollIntoView({ block: 'nearest', inline: 'center', behavior: 'instant' });
  }
}
