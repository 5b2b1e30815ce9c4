import { expect, test } from 'vitest';
import { read } from './files.ts';

type Manifest = {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  overrides: Record<string, string | Record<string, string>>;
  engines: { node: string };
  allowScripts: Record<string, boolean>;
};
type Lock = {
  packages: Record<
    string,
    {
      resolved?: string;
      hasInstallScript?: boolean;
      optionalDependencies?: Record<string, string>;
      version?: string;
      optional?: boolean;
    }
  >;
};

const manifest = JSON.parse(read('package.json')) as Manifest;
const lockText = read('package-lock.json');
const lock = JSON.parse(lockText) as Lock;
const wanted = { ...manifest.dependencies, ...manifest.devDependencies };

test('every version is exact', () => {
  const overrides = Object.entries(manifest.overrides).flatMap(([name, version]) =>
    typeof version === 'string' ? [[name, version]] : Object.entries(version),
  );
  const loose = [...Object.entries(wanted), ...overrides].filter(
    ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version ?? ''),
  );
  expect(loose).toEqual([]);
});

test('the lockfile holds exactly those versions', () => {
  const different = Object.entries(wanted).filter(
    ([name, version]) => lock.packages[`node_modules/${name}`]?.version !== version,
  );
  expect(different).toEqual([]);
});

/** Where a registry lacks a package of another platform npm leaves it out, and then `npm ci` refuses the lockfile. */
test('the lockfile holds the packages of every platform', () => {
  const present = new Set(Object.keys(lock.packages).map(path => path.replace(/^.*node_modules\//, '')));
  const missing = Object.values(lock.packages)
    .flatMap(({ optionalDependencies }) => Object.keys(optionalDependencies ?? {}))
    .filter(name => !present.has(name));
  expect(missing).toEqual([]);
});

test('the lockfile names no host', () => {
  expect(lockText).not.toMatch(/"resolved"|https?:\/\/[^"]*\.tgz/);
});

test('a package that runs a script at install is named in allowScripts', () => {
  const scripted = Object.entries(lock.packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.replace(/^.*node_modules\//, ''));
  const unnamed = scripted.filter(name => !(name in manifest.allowScripts));
  // fsevents is for macOS alone and comes built.
  expect(unnamed.filter(name => name !== 'fsevents')).toEqual([]);
});

test('npm refuses a Node that is too old', () => {
  expect(manifest.engines.node).toMatch(/^>=20/);
  expect(read('.npmrc')).toMatch(/^engine-strict=true$/m);
});
