import { Readable } from 'node:stream';
import sharp from 'sharp';
import { personId } from '../src/domain/access/actor.ts';
import type { Tx } from '../src/domain/context.ts';
import type { DemoFile } from './story.ts';

type Made = { filename: string; contentType: string; bytes: Buffer };

/** Small files drawn on the spot, stored as the person's uploads; their keys go to the verb that attaches them. */
export async function addDemoFiles(tx: Tx, files: readonly DemoFile[]): Promise<number[]> {
  const ids: number[] = [];
  for (const file of files) ids.push(await addFile(tx, await makers[file]()));
  return ids;
}

async function addFile(tx: Tx, { filename, contentType, bytes }: Made): Promise<number> {
  const isImage = contentType.startsWith('image/');
  const stored = await store(tx, bytes);
  const thumbnail = isImage ? await store(tx, await thumbnailOf(bytes)) : undefined;
  const [row] = await tx
    .db('attachments')
    .insert({
      uploader_id: personId(tx.actor),
      storage_key: stored.key,
      thumbnail_key: thumbnail?.key ?? null,
      thumbnail_state: isImage ? 'made' : 'none',
      filename,
      content_type: contentType,
      size: stored.size,
      sha256: stored.sha256,
      created_at: tx.now(),
    })
    .returning<{ id: number }[]>('id');
  return row!.id;
}

const store = (tx: Tx, bytes: Buffer) =>
  tx.world.storage.write(Readable.from([bytes]), { maxBytes: 10 * 1_048_576 });
const thumbnailOf = (bytes: Buffer) =>
  sharp(bytes).resize(480, 480, { fit: 'inside', withoutEnlargement: true }).webp().toBuffer();

const makers: Record<DemoFile, () => Promise<Made>> = {
  screen: async () => ({
    filename: 'dock4-screen.png',
    contentType: 'image/png',
    bytes: await png(480, 800, SCREEN),
  }),
  label: async () => ({
    filename: 'label-off-centre.png',
    contentType: 'image/png',
    bytes: await png(600, 900, label()),
  }),
  log: async () => ({ filename: 'vpn-log.txt', contentType: 'text/plain', bytes: Buffer.from(vpnLog()) }),
  payslip: async () => ({
    filename: 'hours-october.csv',
    contentType: 'text/csv',
    bytes: Buffer.from(
      'date,planned,worked,paid\n2026-10-11,8,8,8\n2026-10-12,0,7,0\n2026-10-13,0,7,0\n2026-10-14,8,8,8\n',
    ),
  }),
};

// Shapes only: letters would need fonts, which a server may not have.
const png = (width: number, height: number, shapes: string) =>
  sharp(
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${shapes}</svg>`,
    ),
  )
    .png()
    .toBuffer();

const SCREEN = `
  <rect width="480" height="800" rx="36" fill="#22262b"/>
  <rect x="36" y="60" width="408" height="560" rx="8" fill="#0d3b44"/>
  <circle cx="240" cy="280" r="84" fill="none" stroke="#e8b13c" stroke-width="18" stroke-dasharray="360 170"/>
  <rect x="130" y="420" width="220" height="26" rx="13" fill="#f4f1ea"/>
  <rect x="160" y="468" width="160" height="16" rx="8" fill="#7fa3a8"/>
  <rect x="60" y="560" width="360" height="36" rx="6" fill="#e8b13c"/>
  <g fill="#3a4047"><circle cx="130" cy="710" r="42"/><circle cx="240" cy="710" r="42"/><circle cx="350" cy="710" r="42"/></g>
  <circle cx="240" cy="710" r="30" fill="#e8b13c"/>`;

function label(): string {
  const bars = Array.from(
    { length: 46 },
    (_, i) => `<rect x="${150 + i * 11}" y="120" width="${2 + ((i * 7) % 7)}" height="260" fill="#16181b"/>`,
  );
  const lines = [460, 520, 580, 700, 760].map(
    (y, i) => `<rect x="150" y="${y}" width="${360 - i * 40}" height="24" fill="#3a4047"/>`,
  );
  return `<rect width="600" height="900" fill="#c9ced4"/><rect x="40" y="40" width="520" height="820" fill="#fff"/>${bars.join('')}${lines.join('')}`;
}

function vpnLog(): string {
  const lines = [0, 1, 2, 3].flatMap(i => {
    const minute = (n: number) => `08:${String(n).padStart(2, '0')}`;
    return [
      `${minute(i * 14)}:02 tunnel up, profile "default", client 6.2.1`,
      `${minute(i * 14)}:03 peer address 2001:db8:40::17 (IPv6)`,
      `${minute(i * 14 + 13)}:58 DPD timeout after 1200 s, no answer from peer`,
      `${minute(i * 14 + 13)}:59 tunnel down, reconnecting`,
    ];
  });
  return `${lines.join('\n')}\n`;
}
