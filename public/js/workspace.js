import { canned } from './components/canned.js';
import { elapsed } from './components/elapsed.js';
import { presence } from './components/presence.js';

// Page behaviour of the coordinator's pages only, so that an employee's page does not carry it. One behaviour a
// file in components/; everything here only speeds up what links and forms already do.
const behaviours = [presence, elapsed, canned];
for (const start of behaviours) start();
