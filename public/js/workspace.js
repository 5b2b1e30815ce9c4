import './app.js'; // first: in one file with it, a page of the desk asks for one file less
import { canned } from './components/canned.js';
import { elapsed } from './components/elapsed.js';
import { fill } from './components/fill.js';
import { keptSelection } from './components/kept-selection.js';
import { mentions } from './components/mentions.js';
import { menus } from './components/menus.js';
import { onSelection } from './components/on-selection.js';
import { palette } from './components/palette.js';
import { presence } from './components/presence.js';

// Page behaviour of the coordinator's pages only, beside that of every page, so that an employee's page does not
// carry it. One behaviour a file in components/; everything here only speeds up what links and forms already do.
const behaviours = [palette, fill, presence, keptSelection, elapsed, canned, mentions, menus, onSelection];
for (const start of behaviours) start();
