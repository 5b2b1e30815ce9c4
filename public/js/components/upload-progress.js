import { find, findAll, on } from '../page.js';

/** Long enough for 25 MB over a poor line, in ms; htmx would give up after a minute. */
const PATIENCE = 15 * 60_000;

/**
 * Moves `progress[data-sent]` of a `form[data-progress]` while its files travel. fetch() cannot tell how
 * much has been sent, so these requests go by XMLHttpRequest and come back as the Response htmx awaits.
 */
export function uploadProgress() {
  on('htmx:config:request', ({ detail: { ctx } }) => {
    const form = ctx.sourceElement;
    if (!form.hasAttribute('data-progress') || !hasFiles(form)) return;
    const bar = find('progress[data-sent]', form);
    ctx.request.timeout = PATIENCE;
    ctx.fetch = (url, request) => send(url, request, share => draw(bar, share));
  });
  on('htmx:finally:request', ({ detail: { ctx } }) =>
    draw(find('progress[data-sent]', ctx.sourceElement), 0),
  );
}

const hasFiles = form => findAll('input[type="file"]', form).some(input => input.files.length > 0);

function draw(bar, share) {
  if (!bar) return;
  bar.hidden = share === 0;
  bar.value = share * bar.max;
}

function send(url, request, onProgress) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open(request.method, url);
    for (const [name, value] of Object.entries(request.headers)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total);
    xhr.onload = () => resolve(responseOf(xhr));
    xhr.onerror = () => reject(new TypeError('network'));
    request.signal?.addEventListener('abort', () => {
      xhr.abort();
      reject(new DOMException('aborted', 'AbortError'));
    });
    xhr.send(request.body);
  });
}

function responseOf(xhr) {
  const headers = new Headers();
  for (const line of xhr.getAllResponseHeaders().trim().split(/\r?\n/)) {
    const colon = line.indexOf(':');
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return new Response(xhr.status === 204 ? null : xhr.response, { status: xhr.status, headers });
}
