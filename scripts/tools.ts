import { execFile, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

/** The programs of the machine that some tests need and npm does not bring. */
const TOOLS = {
  chromium: {
    programs: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    places: [
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
      'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    ],
    // Without a font a page has no width worth testing.
    packages: ['chromium', 'fonts-liberation'],
    variable: 'CHROMIUM_PATH',
  },
  'redis-server': {
    programs: ['redis-server'],
    places: ['/opt/homebrew/bin/redis-server', '/usr/local/bin/redis-server'],
    packages: ['redis-server'],
    variable: 'REDIS_SERVER_PATH',
  },
  dovecot: {
    programs: ['dovecot'],
    places: ['/usr/sbin/dovecot', '/opt/homebrew/sbin/dovecot'],
    packages: ['dovecot-imapd'],
    variable: 'DOVECOT_PATH',
  },
} as const;

type Say = (line: string) => void;
export type Tool = keyof typeof TOOLS;
export type ToolReport = { found: Partial<Record<Tool, string>>; missing: { tool: Tool; how: string }[] };

/** Where the program is, or undefined. A path in the tool's variable goes before the usual names. */
export function findProgram(tool: Tool, environment = process.env): string | undefined {
  const { programs, places, variable } = TOOLS[tool];
  const named = environment[variable];
  if (named) return isExecutable(named) ? named : undefined;
  const folders = (environment.PATH ?? '').split(path.delimiter).filter(Boolean);
  const endings = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];
  const names = programs.flatMap(program => endings.map(ending => program + ending));
  return [...folders.flatMap(folder => names.map(name => path.join(folder, name))), ...places].find(
    isExecutable,
  );
}

/**
 * Finds what the tests need and installs what is missing where that is allowed without asking:
 * as root on Debian and Ubuntu. Elsewhere says in one line how to.
 */
export async function prepareTools(wanted: readonly Tool[], say: Say = console.log): Promise<ToolReport> {
  const absent = wanted.filter(tool => !findProgram(tool));
  if (absent.length > 0 && mayInstall()) await install(absent, say);
  const report: ToolReport = { found: {}, missing: [] };
  for (const tool of wanted) {
    const program = findProgram(tool);
    if (program) report.found[tool] = program;
    else report.missing.push({ tool, how: howToInstall(tool) });
  }
  return report;
}

const mayInstall = () => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');

async function install(tools: Tool[], say: Say): Promise<void> {
  if (!(await aptGet(['update'], say))) return;
  for (const tool of tools) {
    const packages = TOOLS[tool].packages;
    say(`Installing ${packages.join(', ')} with apt-get`);
    await aptGet(['install', '-y', '--no-install-recommends', ...packages], say);
  }
}

async function aptGet(step: string[], say: Say): Promise<boolean> {
  // RUNLEVEL=1 keeps the package from starting a service of its own; we want the program only.
  const env: NodeJS.ProcessEnv = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  // A machine that is just up may still be installing something else: wait for its lock.
  const options = ['-qq', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=2', ...step];
  try {
    await promisify(execFile)('apt-get', options, { env, timeout: 600_000, maxBuffer: 2 ** 26 });
    return true;
  } catch (error) {
    say(
      `apt-get ${step[0]} failed: ${error instanceof Error ? error.message.trim().split('\n').at(-1) : error}`,
    );
    return false;
  }
}

function howToInstall(tool: Tool): string {
  const { packages, variable } = TOOLS[tool];
  const debian = `sudo apt-get install ${packages.join(' ')}`;
  const mac = `brew install ${{ chromium: '--cask chromium', 'redis-server': 'redis', dovecot: 'dovecot' }[tool]}`;
  return `${debian} (Debian, Ubuntu), ${mac} (macOS), or name the program in ${variable}`;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** First line of what the program says of its version, for the log. */
export function versionOf(program: string): string {
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8', timeout: 10_000 });
  return stdout?.trim().split('\n')[0] || program;
}
