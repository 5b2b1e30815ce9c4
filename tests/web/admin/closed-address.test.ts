import { beforeAll, describe, expect, test } from 'vitest';
import { applyReport } from '../../../src/domain/mail/bouncing.ts';
import { messageId } from '../../../src/domain/mail/keys.ts';
import { testApp } from '../../support/app.ts';

const { db, system, makeUser, makeTeam, makeTicket, follow, signIn } = await testApp();

const team = await makeTeam();
const anna = await makeUser({ firstName: 'Anna' });
const admin = await signIn(await makeUser({ role: 'admin' }));
const marek = await signIn(await makeUser({ role: 'coordinator', teams: [team] }));
const requester = await signIn(anna);
let number = 0;

/** Three mails to Anna came back. */
beforeAll(async () => {
  for (let n = 0; n < 3; n += 1) number = (await makeTicket({ by: anna, team })).number;
  await follow();
  const ids = await db('deliveries').where({ recipient_id: anna.id }).pluck('id');
  const ctx = await system();
  const recipient = {
    ...{ address: anna.email, status: '5.1.1', kind: 'hard' as const, reason: 'userunknown' },
    diagnostic: '550 5.1.1 <script>no such user</script>',
  };
  for (const id of ids)
    await ctx.transaction(tx =>
      applyReport(tx, { recipients: [recipient], originalId: messageId(ctx, id) }, { id: 1 }),
    );
});

describe('an address that takes no mail', () => {
  test('is told on the ticket to who works it, with the reason in words', async () => {
    await marek.get(`/tickets/${number}`);
    const { lastName, email } = anna;
    expect(marek.html.text).toContain(
      `A mail to Anna ${lastName} (${email}) could not be delivered: nobody has this address`,
    );
    expect(marek.html.text).toContain('Mail to this person comes back, so none is sent.');
  });

  test('is no matter of the requester’s page', async () => {
    await requester.get(`/tickets/${number}`);
    expect(requester.html.text).not.toMatch(/could not be delivered|comes back/);
  });

  test('is shown on the person’s page, with what the server said, and opened again there', async () => {
    await admin.get(`/admin/users/${anna.id}`);
    expect(admin.html.role('heading', 'Mail to this address comes back')).toBeTruthy();
    expect(admin.html.text).toContain('550 5.1.1 <script>no such user</script>');
    await admin.click('Send mail there again');
    expect(admin.html.text).toContain('again');
    expect(admin.html.has('Mail to this address comes back')).toBe(false);
    await marek.get(`/tickets/${number}`);
    expect(marek.html.text).not.toContain('Mail to this person comes back');
    await admin.get('/admin/audit');
    expect(admin.html.text).toContain('Let mail go to an address again');
  });
});
