import Alpine from '@alpinejs/csp';
import { composer } from './alpine/composer.js';
import { selection } from './alpine/selection.js';

// Only for the coordinator's queue and ticket: state that dies with the page.
Alpine.data('composer', composer);
Alpine.data('selection', selection);
Alpine.start();
