import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { formatTemplate } from './testing/formatting-templates.ts';

/** Formats views/**\/*.ejs; with --check only says which are not formatted. Texts of mails are left as they are. */
const check = process.argv.includes('--check');
const files = readdirSync('views', { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.ejs') && !/\.(text|txt)\.ejs$/.test(file))
  .map(file => path.join('views', file))
  .sort();

for (const file of files) {
  const source = readFileSync(file, 'utf8');
  try {
    const formatted = await formatTemplate(source);
    if (formatted === source) continue;
    if (check) fail(`${file}: not formatted, run npm run format`);
    else writeFileSync(file, formatted);
  } catch (error) {
    fail(`${file}: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
  }
}

function fail(line: string): void {
  console.error(line);
  process.exitCode = 1;
}
