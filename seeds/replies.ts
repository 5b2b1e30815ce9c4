import type { Tx } from '../src/domain/context.ts';
import type { MacroActions } from '../src/domain/replies/saved-reply.ts';
import { type CastKey, cast } from './cast.ts';
import type { Company } from './company.ts';

type Saved = {
  name: string;
  folder?: string;
  body?: string;
  says?: 'note';
  uses: number;
  actions?: MacroActions;
};

const itReplies: Saved[] = [
  {
    name: 'Ask for a VPN log',
    folder: 'VPN',
    uses: 41,
    body: 'Hi {{requester.first_name}},\n\ncould you send us the log of the VPN client? Open the client, choose **Help › Save log**, and attach the file to your answer. Then we see at what second it drops.\n\nThank you!',
  },
  {
    name: 'Switch VPN profile',
    folder: 'VPN',
    uses: 28,
    body: 'Hi {{requester.first_name}},\n\nI have sent you a new VPN profile called “no-v6”. Please open the client, choose it under **Profiles** and connect again. Does it hold for more than 20 minutes?',
  },
  {
    name: 'Closing after no answer',
    uses: 33,
    body: 'Hi {{requester.first_name}},\n\nwe have not heard from you about “{{ticket.subject}}”, so I take it that it works. If not, just answer here and it is open again.',
  },
  {
    name: 'Scanner: restart and charge',
    folder: 'Devices',
    uses: 22,
    body: 'Hi {{requester.first_name}},\n\n1. Hold the power button for 12 seconds.\n2. Put the scanner into another cradle for ten minutes.\n3. Try again.\n\nIf the lamp stays red, bring it to the IT desk and take a spare one.',
  },
  {
    name: 'Collect a device',
    folder: 'Devices',
    uses: 12,
    body: 'Hi {{requester.first_name}},\n\nit is ready at the IT desk, open 07:30 to 17:00. Please bring your badge; your number is {{ticket.number}}.',
  },
  {
    name: 'New phone for signing in',
    folder: 'Access',
    uses: 9,
    body: 'Hi {{requester.first_name}},\n\nfor your safety we set this up together: come by the IT desk with your badge, or call from your desk phone. It takes five minutes.',
  },
  {
    name: 'Give to the network people',
    uses: 7,
    actions: { priority: 'high', addTags: ['network'] },
    says: 'note',
    body: 'For the network people: please look at the access point near {{requester.name}} first.',
  },
  {
    name: 'Take over and ask for a log',
    folder: 'VPN',
    uses: 15,
    actions: { assignee: 'me', status: 'on-hold', waitingOn: 'requester', addTags: ['vpn'] },
    body: 'Hi {{requester.first_name}},\n\nI have taken this. Could you send us the log of the VPN client (**Help › Save log**)?\n\n{{me.first_name}}',
  },
];

const everyones: Saved[] = [
  {
    name: 'We have it and look into it',
    uses: 52,
    body: 'Hi {{requester.first_name}},\n\nthank you, we have this and look into it today.\n\n{{company.name}}',
  },
  {
    name: 'Please check that it works',
    uses: 37,
    body: 'Hi {{requester.first_name}},\n\nthis should work again. Would you try, and say so here if it does not?',
  },
  { name: 'Nobody’s, low priority', uses: 3, actions: { assignee: 'nobody', priority: 'low' } },
];

const signatures: Partial<Record<CastKey, string>> = {
  marek: 'Marek Nowak · IT support · desk 2.08',
  priya: 'Priya Raman · IT support',
  bram: 'Bram · Facilities, gate 1',
};

/** Saved replies, macros and signatures of people who have written the same for weeks. */
export async function insertReplies(tx: Tx, company: Company): Promise<void> {
  const row = (saved: Saved, position: number) => ({
    name: saved.name,
    folder: saved.folder ?? '',
    body: saved.body ?? '',
    says: saved.says ?? 'reply',
    actions: saved.actions ? JSON.stringify(saved.actions) : null,
    uses: saved.uses,
    position,
  });
  await tx
    .db('saved_replies')
    .insert([
      ...itReplies.map((saved, i) => ({ ...row(saved, i + 1), scope: 'team', team_id: company.teams.it })),
      ...everyones.map((saved, i) => ({ ...row(saved, i + 20), scope: 'everyone', team_id: null })),
    ]);
  for (const [key, signature] of Object.entries(signatures)) {
    if (key in cast)
      await tx
        .db('users')
        .where({ id: company.people[key as CastKey] })
        .update({ signature });
  }
}
