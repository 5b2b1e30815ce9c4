import { expect, test } from 'vitest';
import { pendingUploads, tidyName } from '../../../src/domain/attachments/receiving.ts';
import { Invalid } from '../../../src/domain/errors.ts';
import { testWorld } from '../../support/factories.ts';

const world = await testWorld();
const { db, as, makeUser, upload } = world;

test.each([
  ['report.pdf', 'report.pdf'],
  ['C:\\fakepath\\scan 1.png', 'scan 1.png'],
  ['../../etc/passwd', 'passwd'],
  ['größe 图纸 عربى.txt', 'größe 图纸 عربى.txt'],
  ['e\u0301.txt', 'é.txt'],
  ['evil\u202Egnp.exe', 'evil gnp.exe'],
  ['a\r\nX-Header: 1\u0000.txt', 'a X-Header 1 .txt'],
  ['.htaccess', 'htaccess'],
  ['<b>"quoted"?*|.txt', 'b quoted .txt'],
  ['', 'file'],
  ['...', 'file'],
  ['folder/', 'file'],
])('%j is kept as %j', (sent, kept) => {
  expect(tidyName(sent)).toBe(kept);
});

test('a very long name keeps its ending and fits', () => {
  const name = tidyName(`${'图'.repeat(400)}.pdf`);
  expect(name.length).toBeLessThanOrEqual(200);
  expect(name.endsWith('.pdf')).toBe(true);
  expect(tidyName(`a.${'x'.repeat(400)}`).length).toBeLessThanOrEqual(200);
});

test('what waits to be sent is its sender’s alone, and no more than a hundred', async () => {
  const [anna, eve] = [await makeUser(), await makeUser()];
  const own = await upload(anna, 'a.txt', 'x');
  expect(await pendingUploads(await as(anna), [own.id])).toEqual([
    expect.objectContaining({ id: own.id, filename: 'a.txt' }),
  ]);
  expect(await pendingUploads(await as(eve), [own.id])).toEqual([]);
  expect(await pendingUploads(await world.stranger(), [own.id])).toEqual([]);
  await db.raw(
    `insert into attachments (uploader_id, storage_key, filename, content_type, size, sha256)
     select ?, 'k' || n, 'x', 'text/plain', 0, '' from generate_series(1, 99) n`,
    [anna.id],
  );
  await expect(upload(anna, 'b.txt', 'x')).rejects.toThrow(Invalid);
  await upload(eve, 'b.txt', 'x');
});

test('archives are taken only where an admin says so', async () => {
  const anna = await makeUser();
  const zip = Buffer.concat([Buffer.from('PK\u0005\u0006'), Buffer.alloc(18)]);
  await expect(upload(anna, 'a.zip', zip)).rejects.toThrow(Invalid);
  await world.set({ allowZip: true });
  expect(await upload(anna, 'a.zip', zip)).toMatchObject({ filename: 'a.zip' });
});
