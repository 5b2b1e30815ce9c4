import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesIn, lineAt, read } from './files.ts';

/**
 * Who may import whom: STYLE.md has the same table in words. `types` may be imported with
 * `import type` only. A file right under src/ is a layer by its own name.
 */
const LAYERS: Record<string, { may: string[]; types?: string[] }> = {
  config: { may: ['config'] },
  db: { may: ['db', 'config'] },
  platform: { may: ['platform', 'config', 'db'] },
  domain: { may: ['domain', 'db', 'paths'], types: ['platform', 'config'] },
  mail: { may: ['mail', 'domain', 'platform', 'config', 'paths'], types: ['services', 'db'] },
  web: { may: ['web', 'domain', 'platform', 'config', 'paths'], types: ['services', 'db'] },
  api: { may: ['api', 'domain', 'platform', 'config', 'paths'], types: ['services', 'db'] },
  jobs: { may: ['jobs', 'domain', 'mail', 'platform', 'config', 'paths'], types: ['services', 'db'] },
};

/** Layers that put the others together. */
const ROOTS = ['commands', 'server', 'worker', 'start', 'staying-up', 'services'];

/** Packages that a layer must do without: it would do another layer's work. */
const BANNED: Record<string, RegExp> = {
  config: /^(express|ejs|agenda|nodemailer|knex|pg|ioredis)$/,
  db: /^(express|ejs|agenda|nodemailer|ioredis)$/,
  platform: /^(express|ejs|agenda)$/,
  domain:
    /^(express|express-session|ejs|agenda|@agendajs\/.*|nodemailer|passport.*|csurf|multer|helmet|ioredis|openai)$/,
  web: /^(knex|agenda|nodemailer|openai)$/,
  api: /^(knex|agenda|nodemailer|ejs|openai)$/,
  mail: /^(knex|express|agenda|openai)$/,
  jobs: /^(knex|express|ejs|nodemailer|openai)$/,
};

/** Inside the domain, low to high. Lower never imports higher; higher listens. */
const LEVELS = [
  ['access', 'identity', 'settings', 'events', 'sla', 'attachments'],
  ['tickets', 'approvals', 'knowledge'],
  [
    ...[
      'assignment',
      'automations',
      'notifications',
      'search',
      'assistant',
      'mining',
      'reports',
      'audit',
      'webhooks',
    ],
    ...['importing', 'replies', 'bulk', 'mail'],
  ],
];

type Import = { file: string; line: number; from: string; isType: boolean };

const files = filesIn('src', '.ts');
const imports = files.flatMap(importsOf);

test('there is something to check', () => {
  expect(files.filter(file => file.startsWith('src/domain/')).length).toBeGreaterThan(5);
  expect(imports.length).toBeGreaterThan(files.length);
});

test('every folder of src is a layer with a rule', () => {
  const known = [...Object.keys(LAYERS), ...ROOTS];
  const folders = new Set(files.filter(file => file.split('/').length > 2).map(layerOf));
  expect([...folders].filter(layer => !known.includes(layer))).toEqual([]);
});

test('a layer imports only what lies below it', () => {
  const wrong = imports.filter(each => {
    const rule = LAYERS[layerOf(each.file)];
    const target = targetOf(each);
    if (!rule || !target) return false;
    return !rule.may.includes(target) && !(each.isType && rule.types?.includes(target));
  });
  expect(wrong.map(shown)).toEqual([]);
});

test('a layer uses no package that belongs to another', () => {
  const wrong = imports.filter(each => {
    const banned = BANNED[layerOf(each.file)];
    return !each.isType && isPackage(each.from) && banned?.test(packageOf(each.from));
  });
  expect(wrong.map(shown)).toEqual([]);
});

describe('inside the domain', () => {
  const domain = imports.filter(each => each.file.startsWith('src/domain/'));

  test('every package has its level', () => {
    const packages = new Set(files.map(domainPackage).filter(name => name !== undefined));
    expect([...packages].filter(name => levelOf(name) < 0)).toEqual([]);
  });

  test('no package imports a higher one', () => {
    const wrong = domain.filter(each => {
      const from = domainPackage(each.file);
      const to = domainPackage(resolved(each));
      return from && to && levelOf(to) > levelOf(from);
    });
    expect(wrong.map(shown)).toEqual([]);
  });
});

function importsOf(file: string): Import[] {
  const text = read(file);
  const statement =
    /^\s*(?:import|export)\s+(type\s+)?([^'";]*?)\s*from\s*'([^']+)'|import\(\s*'([^']+)'|^import\s+'([^']+)'/gm;
  return [...text.matchAll(statement)].map(found => {
    const [, type, names = '', from, dynamic, bare] = found;
    const members = /^\{([^}]*)\}$/
      .exec(names.trim())?.[1]
      ?.split(',')
      .map(name => name.trim())
      .filter(Boolean);
    const isType =
      Boolean(type) || Boolean(members?.length && members.every(name => name.startsWith('type ')));
    return { file, line: lineAt(text, found.index), from: from ?? dynamic ?? bare ?? '', isType };
  });
}

const isPackage = (from: string) => !from.startsWith('.');
const packageOf = (from: string) =>
  from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');
const resolved = ({ file, from }: Import) => path.posix.join(path.posix.dirname(file), from);
const shown = ({ file, line, from }: Import) => `${file}:${line} imports ${from}`;
const levelOf = (name: string) => LEVELS.findIndex(level => level.includes(name));

function layerOf(file: string): string {
  return (file.split('/')[1] ?? '').replace(/\.ts$/, '');
}

/** The layer that an import within src leads to. */
function targetOf(each: Import): string | undefined {
  if (isPackage(each.from)) return undefined;
  const file = resolved(each);
  return file.startsWith('src/') ? layerOf(file) : undefined;
}

function domainPackage(file: string): string | undefined {
  return /^src\/domain\/([^/]+)\//.exec(file)?.[1];
}
