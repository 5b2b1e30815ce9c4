import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { buildConfig } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/env.ts';
import { startEmbedded } from '../../src/db/embedded.ts';
import { createDatabase } from '../../src/db/knex.ts';
import { migrate } from '../../src/db/migrating.ts';
import { systemActor } from '../../src/domain/access/actor.ts';
import { storeMail } from '../../src/domain/mail/storing.ts';
import { receiveDue } from '../../src/mail/receiving.ts';
import { createServices } from '../../src/services.ts';
import { stopCluster } from '../../tests/support/cluster.ts';
import { filesOf } from './everything.ts';
import type { Section } from './section.ts';

/**
 * All mails through the real gateway into a scratch database: each must have a fate in the end. Nothing that follows
 * from them happens: no job runs, no event is handed out, and there is no transport.
 */
export const gateway: Section = {
  name: 'gateway',
  async score(corpus) {
    const files = filesOf(path.join(corpus.folder, 'emails')).filter(file => file.endsWith('.eml'));
    const dataDir = path.resolve(`.data/corpus-${process.pid}`);
    const clear = () => {
      stopCluster(dataDir);
      rmSync(dataDir, { recursive: true, force: true });
    };
    process.once('exit', clear);
    const fates = await takeIn(dataDir, files).finally(clear);
    process.off('exit', clear);
    const waiting = fates.get('received') ?? 0;
    const total = [...fates.values()].reduce((sum, count) => sum + count, 0);
    return [
      { name: 'taken in', right: total, of: files.length, least: 100 },
      { name: 'with a fate', right: total - waiting, of: files.length, least: 100 },
      ...[...fates].map(([fate, count]) => ({ name: fate, right: count, of: files.length })),
    ];
  },
};

async function takeIn(dataDir: string, files: string[]): Promise<Map<string, number>> {
  const embedded = await startEmbedded({ dataDir, settings: { fsync: 'off' } });
  const config = buildConfig(readEnv({ DATA_DIR: dataDir, LOG_LEVEL: 'error', NODE_ENV: 'test' }), embedded);
  const db = createDatabase(config);
  const services = await createServices(config, { db, world: { wake: () => {} } });
  try {
    await migrate(db);
    const ctx = await services.contextFor(systemActor('corpus'));
    const [team] = await db('teams').insert({ name: 'IT' }).returning<{ id: number }[]>('id');
    const [mailbox] = await db('mailboxes')
      .insert({ name: 'Support', address: 'support@company.example', kind: 'push', team_id: team!.id })
      .returning<{ id: number }[]>('id');
    for (const file of files)
      await storeMail(ctx, { raw: readFileSync(file), source: 'upload', mailboxId: Number(mailbox!.id) });
    await receiveDue(ctx, config);
    const rows = await db('inbound_mails')
      .select('fate', 'rule')
      .count<{ fate: string; rule: string | null; count: string }[]>('* as count')
      .groupBy('fate', 'rule')
      .orderBy(['fate', 'rule']);
    return new Map(rows.map(({ fate, rule, count }) => [rule ? `${fate}, ${rule}` : fate, Number(count)]));
  } finally {
    await services.close();
    await db.destroy();
    await embedded.stop();
  }
}
