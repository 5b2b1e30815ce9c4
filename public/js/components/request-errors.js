import { on } from '../page.js';
import { phrase } from '../strings.js';
import { say } from './toasts.js';

/** Answers that are drawn in their place: sign in again, conflict, invalid. */
const SHOWN = new Set([401, 409, 422]);
const WORDS = { 403: 'notAllowed', 404: 'gone', 413: 'tooLarge', 429: 'tooMany' };

/**
 * Any other error leaves the page as it is and is said aloud, never more surely than we know:
 * after a failed change we cannot tell whether it happened.
 */
export function requestErrors() {
  on('htmx:response:error', ({ detail: { ctx } }) => {
    const { status } = ctx.response;
    if (SHOWN.has(status) || ctx.hx.redirect || ctx.hx.retarget) return;
    ctx.swap = 'none';
    say(phrase(WORDS[status] ?? doubt(ctx)), { isError: true });
  });
  on('htmx:error', ({ detail: { ctx } }) => {
    // Polls fail quietly: the next one may work, and nobody asked for this one.
    if (!ctx || ctx.sourceElement.matches('[data-quiet]')) return;
    say(phrase(navigator.onLine ? doubt(ctx) : 'offline'), { isError: true });
  });
}

const doubt = ctx => (ctx.request.method === 'GET' ? 'notLoaded' : 'unconfirmed');
