import { anonymous } from '../../../src/domain/access/actor.ts';
import { actingAs, type Context } from '../../../src/domain/context.ts';
import { hashPassword } from '../../../src/domain/identity/passwords.ts';
import { loadSignedIn } from '../../../src/domain/identity/person.ts';
import { defaultSettings, type Settings } from '../../../src/domain/settings/settings.ts';
import { createServices } from '../../../src/services.ts';
import { testDatabase } from '../../support/db.ts';

export const PASSWORD = 'orange tram crosses bridge';

const HASH = hashPassword(PASSWORD);
let made = 0;

/** A database with a stranger in front of it, and ways to make accounts and read what was mailed. */
export async function accounts(settings: Partial<Settings> = {}) {
  const { db, config } = await testDatabase();
  const services = await createServices(config, { db });
  const origin = { address: '203.0.113.7', userAgent: 'Test' };
  const stranger = await services.contextFor(anonymous, {
    settings: { ...defaultSettings, ...settings },
    origin,
  });

  const account = async (values: Record<string, unknown> = {}): Promise<{ id: number; email: string }> => {
    made += 1;
    const [row] = await db('users')
      .insert({
        email: `person${made}@company.example`,
        first_name: 'Ada',
        last_name: `Nr${made}`,
        status: 'active',
        password_hash: await HASH,
        email_verified_at: new Date(),
        ...values,
      })
      .returning(['id', 'email']);
    return row;
  };
  const as = async (userId: number): Promise<Context> => {
    const found = await loadSignedIn(db, userId);
    if (!found) throw new Error(`User ${userId} cannot be signed in`);
    return actingAs(stranger, found.person);
  };
  /** The mails queued for a person, oldest first, each with the secret of its link. */
  const mails = async (userId: number): Promise<{ template: string; secret: string }[]> => {
    const rows = await db('deliveries')
      .where({ recipient_id: userId })
      .orderBy('id')
      .select('template', 'secret');
    return rows.map(({ template, secret }) => ({
      template,
      secret: secret ? services.world.decrypt(secret) : '',
    }));
  };
  const events = (objectId: number): Promise<string[]> =>
    db('events').where({ object_type: 'user', object_id: objectId }).orderBy('id').pluck('type');
  const user = (id: number) => db('users').where({ id }).first();
  return { db, services, stranger, account, as, mails, events, user };
}
