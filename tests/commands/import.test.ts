import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCommand } from '../support/command.ts';
import { testDatabase } from '../support/db.ts';
import { expectInvariants } from '../support/invariants.ts';

const { db, url } = await testDatabase();
const folder = mkdtempSync(path.join(tmpdir(), 'smartsupport-import-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const place = (name: string) => path.join(folder, name);
const run = (...args: string[]) => runCommand('import', args, { DATABASE_URL: url });

writeFileSync(
  place('map.json'),
  JSON.stringify({ source: 'old', columns: { ref: 'id', subject: 'title', status: 'state' } }),
);
writeFileSync(
  place('tickets.csv'),
  'id,title,state\n1,Printer smokes,open\n2,"A ""quoted"" one, bad",odd\n3,Größe,\n',
);

test('an import tells what it did, and keeps bad rows in a file that can be mended and imported', async () => {
  const first = await run('--from', 'csv', place('tickets.csv'), '--map', place('map.json'));
  expect(first).toMatchObject({
    code: 0,
    output: expect.stringContaining('2 imported, 0 were there already'),
  });
  const rejected = place('tickets.csv.rejected.csv');
  const text = readFileSync(rejected, 'utf8');
  expect(text.split('\n')).toEqual([
    '"reason","line","id","title","state"',
    '"There is no status “odd”","3","2","A ""quoted"" one, bad","odd"',
    '',
  ]);
  writeFileSync(rejected, text.replace('"odd"\n', '"closed"\n'));
  const mended = await run('--from', 'csv', rejected, '--map', place('map.json'));
  expect(mended.output).toContain('1 imported');
  expect(existsSync(`${rejected}.rejected.csv`)).toBe(false);
  const again = await run('--from', 'csv', place('tickets.csv'), '--map', place('map.json'));
  expect(again.output).toContain('0 imported, 2 were there already');
  expect(await db('tickets').orderBy('source_ref').pluck('subject')).toEqual([
    'Printer smokes',
    'A "quoted" one, bad',
    'Größe',
  ]);
  await expectInvariants(db);
}, 40_000);

test('what is wrong is said in a line', async () => {
  const usage = await run('--from', 'csv');
  expect(usage).toMatchObject({
    code: 1,
    output: expect.stringContaining('npm run import -- --from csv FILE'),
  });
  writeFileSync(place('bad.json'), '{"source":"old","columns":{"subject":"title"}}');
  const map = await run('--from', 'csv', place('tickets.csv'), '--map', place('bad.json'));
  expect(map).toMatchObject({ code: 1, output: expect.stringContaining('columns.ref is needed') });
  expect(map.output).not.toContain('    at ');
}, 40_000);
