import { readFileSync } from 'node:fs';
import path from 'node:path';
import ejs from 'ejs';
import { escapeHtml, narrowText } from './escaping.ts';

type Template = (it: object) => string;

const kept = new Map<string, Template>();
const fromDist = import.meta.dirname.includes(`${path.sep}dist${path.sep}`);
export const viewsFolder = path.resolve(
  import.meta.dirname,
  fromDist ? '../../../../views' : '../../../views',
);

/** A template of `views/`, compiled once in production. Strict: it sees `it` and nothing else. */
export const template = (name: string, { cache }: { cache: boolean }): Template =>
  cache ? keptTemplate(path.join(viewsFolder, `${name}.ejs`)) : freshTemplate(name);

const OPTIONS = { strict: true, localsName: 'it', rmWhitespace: true };

/** As it is on the disk now, with the line of a mistake. */
function freshTemplate(name: string): Template {
  const filename = path.join(viewsFolder, `${name}.ejs`);
  const text = readFileSync(filename, 'utf8');
  return ejs.compile(text, { ...OPTIONS, filename, root: viewsFolder, views: [viewsFolder] }) as Template;
}

type Drawn = (
  it: object,
  escapeFn: typeof escapeHtml,
  include: (name: string, more?: object) => string,
) => string;

/**
 * What EJS makes of the template, called without its wrapper: that copies all hundred locals three times for each
 * include, which took a third of a page. An included template sees the same `it`, or one that inherits from it.
 */
function keptTemplate(file: string): Template {
  const known = kept.get(file);
  if (known) return known;
  const parsed = new ejs.Template(narrowText(readFileSync(file, 'utf8')), {
    ...OPTIONS,
    filename: file,
    compileDebug: false,
  });
  parsed.compile();
  const { source } = parsed as unknown as { source: string };
  const draw = new Function('it', 'escapeFn', 'include', `"use strict";${source}`) as Drawn;
  const folder = path.dirname(file);
  const parts = new Map<string, Template>();
  const part = (name: string) => {
    let found = parts.get(name);
    if (!found) {
      const whole = name.startsWith('/') ? path.join(viewsFolder, name) : path.join(folder, name);
      found = keptTemplate(`${whole}.ejs`);
      parts.set(name, found);
    }
    return found;
  };
  const made: Template = it =>
    draw(it, escapeHtml, (name, more) => part(name)(more ? Object.assign(Object.create(it), more) : it));
  kept.set(file, made);
  return made;
}
