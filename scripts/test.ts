import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { coverageChecks, printCoverage } from './testing/coverage.ts';
import { type Outcome, passed, runLanes } from './testing/lanes.ts';
import { npx, script, vitest } from './testing/running.ts';
import { prepareTools, type ToolReport, versionOf } from './tools.ts';

/**
 * `npm test`: everything the project can show, in lanes, and one count at the end.
 * `npm test -- --only vitest,browser` runs some lanes, `npm test -- tests/web/tickets` some files.
 */
const { values, positionals: files } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
});

// Not in the project: two runs at once must not overwrite each other's.
const reports = mkdtempSync(path.join(tmpdir(), 'smartsupport-reports-'));
process.once('exit', () => rmSync(reports, { recursive: true, force: true }));
const isSystem = (file: string) => /(^|\/)tests\/system/.test(file);
const systemFiles = files.filter(isSystem);
const otherFiles = files.filter(file => !isSystem(file));
let tools: ToolReport = { found: {}, missing: [] };

const lanes = {
  tools: {
    says: 'Chromium, redis-server and Dovecot are here, or installed',
    cores: 1,
    run: findTools,
  },
  format: { says: 'format and lint', cores: 1, run: () => npx('biome', ['ci', '--colors=off', '.']) },
  templates: {
    says: 'format of the templates',
    cores: 1,
    run: () => script('scripts/format-templates.ts', ['--check']),
  },
  types: { says: 'types', cores: 1, run: () => npx('tsc', ['--noEmit']) },
  vitest: {
    says: 'architecture, units, migrations, HTTP, jobs, mail',
    cores: 2,
    run: () => vitest(reports, 'vitest', [...otherFiles, '--exclude=tests/system/**', ...coverageOptions()]),
  },
  coverage: { says: 'lines that tests reach', cores: 2, run: checkCoverage },
  browser: { says: 'the pages in Chromium', cores: 2, run: testInBrowser },
};

type Lane = keyof typeof lanes;
const names = Object.keys(lanes) as Lane[];

if (values.help) {
  console.log('npm test -- [--only LANE,LANE] [FILE …]\n');
  for (const name of names) console.log(`  ${name.padEnd(10)} ${lanes[name].says}`);
  process.exit(0);
}

const started = performance.now();
const chosen = chooseLanes();
const outcome = await runLanes(chosen.map(name => ({ name, ...lanes[name] })));
const seconds = ((performance.now() - started) / 1000).toFixed(0);
if (outcome.remarks.length > 0) console.log(`\n${outcome.remarks.join('\n')}`);
console.log(`\nAll lanes: ${seconds} s`);
console.log(
  `${outcome.passed} passed, ${outcome.failed} failed${outcome.skipped > 0 ? `, ${outcome.skipped} skipped` : ''}`,
);
process.exitCode = outcome.failed > 0 || outcome.passed === 0 ? 1 : 0;

/** With files named, only the lanes that can run them. */
function chooseLanes(): Lane[] {
  if (values.only) {
    const wanted = values.only.split(',').map(name => name.trim());
    const unknown = wanted.filter(name => !names.includes(name as Lane));
    if (wanted.includes('coverage')) wanted.push('vitest'); // which measures it
    if (unknown.length === 0) return names.filter(name => wanted.includes(name) || name === 'tools');
    console.error(`No lane ${unknown.join(', ')}. There are: ${names.join(', ')}`);
    process.exit(2);
  }
  if (files.length === 0) return names;
  const wanted: Lane[] = ['tools'];
  if (otherFiles.length > 0) wanted.push('vitest');
  if (systemFiles.length > 0) wanted.push('browser');
  return wanted;
}

async function findTools(): Promise<Outcome> {
  let output = '';
  tools = await prepareTools(['chromium', 'redis-server', 'dovecot'], line => {
    output += `${line}\n`;
  });
  for (const program of Object.values(tools.found)) output += `${versionOf(program)}: ${program}\n`;
  for (const { tool, how } of tools.missing) output += `${tool} is missing: ${how}\n`;
  const lacking = tools.missing.length > 0;
  if (!lacking) return { ...passed, output };
  // On a developer's machine the tests that need it say so; continuous integration must not skip them.
  return process.env.CI
    ? { passed: 0, failed: 1, skipped: 0, output }
    : { passed: 0, failed: 0, skipped: 1, output };
}

function coverageOptions(): string[] {
  if (otherFiles.length > 0) return [];
  return ['--coverage.enabled', `--coverage.reportsDirectory=${path.join(reports, 'coverage')}`];
}

async function checkCoverage(): Promise<Outcome> {
  const file = path.join(reports, 'coverage', 'coverage-summary.json');
  const summary = JSON.parse(readFileSync(file, 'utf8')) as Parameters<typeof coverageChecks>[0];
  const checks = coverageChecks(summary);
  return {
    passed: checks.filter(check => check.ok).length,
    failed: checks.filter(check => !check.ok).length,
    skipped: 0,
    output: `${printCoverage(summary)}\n${checks.map(check => check.line).join('\n')}\n`,
  };
}

async function testInBrowser(): Promise<Outcome> {
  const chromium = tools.found.chromium;
  if (!chromium) {
    // The tools lane has already failed where this may not be skipped.
    return { passed: 0, failed: 0, skipped: 1, output: 'Skipped: Chromium is missing\n' };
  }
  const some = systemFiles.length > 0 ? systemFiles : ['tests/system'];
  return vitest(reports, 'browser', [...some, '--passWithNoTests'], { CHROMIUM_PATH: chromium });
}
