import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');

/** Files below a folder of the project, by paths with slashes from its root; none if it is not there. */
export function filesIn(folder: string, ending = ''): string[] {
  const start = path.join(root, folder);
  if (!existsSync(start)) return [];
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith(ending))
    .map(entry => path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

export const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
export const isThere = (file: string) => existsSync(path.join(root, file));
export const lineAt = (text: string, index: number) => text.slice(0, index).split('\n').length;
