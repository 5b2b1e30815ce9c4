import Alpine from '@alpinejs/csp';
import { selection } from './alpine/selection.js';

// Only for the coordinator's queue, and only once something is selected: state that dies with the page.
Alpine.data('selection', selection);
Alpine.start();
