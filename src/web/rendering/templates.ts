import { readFileSync } from 'node:fs';
import path from 'node:path';
import ejs from 'ejs';

type Template = (it: object) => string;

const compiled = new Map<string, Template>();
const fromDist = import.meta.dirname.includes(`${path.sep}dist${path.sep}`);
export const viewsFolder = path.resolve(
  import.meta.dirname,
  fromDist ? '../../../../views' : '../../../views',
);

/** A template of `views/`, compiled once in production. Strict: it sees `it` and nothing else. */
export function template(name: string, { cache }: { cache: boolean }): Template {
  const kept = cache ? compiled.get(name) : undefined;
  if (kept) return kept;
  const file = path.join(viewsFolder, `${name}.ejs`);
  const made = ejs.compile(readFileSync(file, 'utf8'), {
    filename: file,
    root: viewsFolder,
    views: [viewsFolder],
    cache,
    strict: true,
    localsName: 'it',
    compileDebug: !cache,
    rmWhitespace: true,
  }) as Template;
  compiled.set(name, made);
  return made;
}
