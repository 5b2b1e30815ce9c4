import path from 'node:path';

type Lines = { lines: { total: number; covered: number } };
export type Summary = Record<string, Lines>;

const CHECKS = [
  { name: 'src/domain', least: 90 },
  { name: 'src', least: 80 },
];

/** One check for each folder with a floor, in percent of lines. */
export function coverageChecks(summary: Summary) {
  const files = ofProject(summary);
  return CHECKS.map(({ name, least }) => {
    const { percent } = sum(files.filter(file => file.path.startsWith(`${name}/`)));
    const ok = percent >= least;
    const line = `${ok ? 'ok' : 'FAILED'}: ${name} has ${percent.toFixed(1)} % of its lines covered, at least ${least} % wanted`;
    return { name, ok, line };
  });
}

/** A line for each folder, and below it the files that most lines are missing from. */
export function printCoverage(summary: Summary): string {
  const files = ofProject(summary);
  const folders = [...new Set(files.map(file => path.posix.dirname(file.path)))].sort((a, b) =>
    a < b ? -1 : 1,
  );
  const rows = folders.map(folder => {
    const members = files.filter(file => path.posix.dirname(file.path) === folder);
    const { percent, missing } = sum(members);
    const worst = members
      .filter(file => file.total - file.covered > 0)
      .sort((a, b) => b.total - b.covered - (a.total - a.covered))
      .slice(0, 3)
      .map(file => `${path.posix.basename(file.path)} ${file.total - file.covered}`);
    return `${percent.toFixed(1).padStart(6)} %  ${folder.padEnd(32)} ${missing > 0 ? `missing: ${worst.join(', ')}` : ''}`.trimEnd();
  });
  return ['Lines covered', ...rows].join('\n');
}

function ofProject(summary: Summary) {
  return Object.entries(summary)
    .filter(([name]) => name !== 'total')
    .map(([name, { lines }]) => ({
      path: path.relative(process.cwd(), name).replaceAll('\\', '/'),
      ...lines,
    }));
}

function sum(files: { total: number; covered: number }[]) {
  const total = files.reduce((lines, file) => lines + file.total, 0);
  const covered = files.reduce((lines, file) => lines + file.covered, 0);
  return { percent: total === 0 ? 0 : (covered / total) * 100, missing: total - covered };
}
