import 'htmx.org/dist/htmx.esm.min.js';
import { autoSubmit } from './components/auto-submit.js';
import { busy } from './components/busy.js';
import { confirming } from './components/confirming.js';
import { currentLink } from './components/current-link.js';
import { dialogs } from './components/dialogs.js';
import { drafts } from './components/drafts.js';
import { files } from './components/files.js';
import { focus } from './components/focus.js';
import { live } from './components/live.js';
import { queueCursor } from './components/queue-cursor.js';
import { requestErrors } from './components/request-errors.js';
import { resized } from './components/resized.js';
import { selection } from './components/selection.js';
import { shortcuts } from './components/shortcuts.js';
import { theme } from './components/theme.js';
import { timeLeft } from './components/time-left.js';
import { timeZone } from './components/time-zone.js';
import { toasts } from './components/toasts.js';
import { tooltips } from './components/tooltips.js';
import { unsaved } from './components/unsaved.js';
import { uploadProgress } from './components/upload-progress.js';

// Page behaviour. Everything here only speeds up what links and forms already do.
document.documentElement.classList.add('js');

const behaviours = [
  toasts, // first: the others may have something to say
  confirming, // before whoever listens to a submit
  requestErrors, // before auto-submit, which looks at what it decided
  autoSubmit,
  drafts,
  busy,
  currentLink,
  dialogs,
  files,
  focus,
  live,
  queueCursor,
  resized,
  selection,
  shortcuts,
  theme,
  timeLeft,
  timeZone,
  tooltips,
  unsaved,
  uploadProgress,
];
for (const start of behaviours) start();
