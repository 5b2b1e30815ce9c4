import { find, findAll, on, onWithin } from '../page.js';
import { iconSprite, language, phrase } from '../strings.js';

const INPUT = 'input[type="file"][data-list]';
/** What has been chosen so far: choosing again adds instead of replacing. */
const chosen = new WeakMap();

/**
 * A list of chosen files with their problems, dropping onto the field and pasting into its form.
 * `data-list` is the id of the `ul.files`; `data-max-files` and `data-max-bytes` (each) are the limits.
 */
export function files() {
  onWithin('change', INPUT, (_event, input) => add(input, [...input.files]));
  onWithin('click', '[data-remove-file]', (_event, button) => remove(button));
  onWithin('paste', 'form textarea', (event, field) => {
    const input = find(INPUT, field.form);
    if (!input || !event.clipboardData?.files.length) return;
    event.preventDefault();
    add(input, [...event.clipboardData.files].map(named));
  });
  onWithin('dragover', '.drop, .composer', event => event.preventDefault());
  onWithin('drop', '.drop, .composer', (event, zone) => {
    const input = find(INPUT, zone);
    if (!input || !event.dataTransfer?.files.length) return;
    event.preventDefault();
    add(input, [...event.dataTransfer.files]);
  });
  on('reset', event => {
    for (const input of findAll(INPUT, event.target)) show(input, []);
  });
}

/** A picture from the clipboard is always called image.png; two of them are not the same. */
function named(file) {
  if (!/^image\.(png|jpe?g|webp)$/.test(file.name)) return file;
  const at = new Date().toISOString().slice(0, 19).replace(/\D+/g, '-');
  return new File([file], `screenshot-${at}${file.name.slice(5)}`, { type: file.type });
}

function add(input, more) {
  const known = chosen.get(input) ?? [];
  const isNew = file => !known.some(one => one.name === file.name && one.size === file.size);
  show(input, [...known, ...more.filter(isNew)]);
}

function remove(button) {
  const input = findAll(INPUT).find(one => one.dataset.list === button.closest('ul').id);
  const index = Number(button.dataset.removeFile);
  show(
    input,
    chosen.get(input).filter((_file, position) => position !== index),
  );
  input.focus();
}

/** Only what the server would take is handed to the form; the rest is listed with its reason. */
function show(input, all) {
  chosen.set(input, all);
  const list = document.getElementById(input.dataset.list);
  const transfer = new DataTransfer();
  const rows = all.map((file, index) => {
    const problem = problemOf(file, input, transfer.files.length);
    if (!problem) transfer.items.add(file);
    return row(file, index, problem);
  });
  input.files = transfer.files;
  for (const old of findAll('[data-chosen]', list)) old.remove();
  list?.append(...rows);
}

function problemOf(file, { dataset }, taken) {
  const limit = Number(dataset.maxBytes) || Number.POSITIVE_INFINITY;
  const count = Number(dataset.maxFiles) || Number.POSITIVE_INFINITY;
  if (file.size === 0) return phrase('fileEmpty');
  if (file.size > limit) return phrase('fileTooLarge', { size: sizeText(file.size), limit: sizeText(limit) });
  return taken >= count ? phrase('fileTooMany', { limit: count }) : '';
}

function row(file, index, problem) {
  const item = document.createElement('li');
  item.className = problem ? 'file is-bad tone-red' : 'file';
  item.dataset.chosen = '';
  const name = document.createElement('span');
  name.className = 'name';
  name.textContent = file.name;
  const meta = document.createElement('span');
  meta.className = 'meta';
  meta.textContent = problem || phrase('fileReady', { size: sizeText(file.size) });
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'btn btn-quiet btn-icon btn-sm';
  button.dataset.removeFile = index;
  button.setAttribute('aria-label', phrase('fileRemove', { name: file.name }));
  button.append(icon('x'));
  item.append(icon(problem ? 'circle-alert' : iconOf(file.type)), name, meta, button);
  return item;
}

const iconOf = type =>
  type.startsWith('image/') ? 'file-image' : type.startsWith('video/') ? 'file-video' : 'file-text';

function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  use.setAttribute('href', `${iconSprite()}#i-${name}`);
  svg.append(use);
  return svg;
}

function sizeText(bytes) {
  const isSmall = bytes < 1_000_000;
  return new Intl.NumberFormat(language(), {
    style: 'unit',
    unit: isSmall ? 'kilobyte' : 'megabyte',
    maximumFractionDigits: isSmall ? 0 : 1,
  }).format(Math.max(1, bytes / (isSmall ? 1_000 : 1_000_000)));
}
