import type { Tx } from '../src/domain/context.ts';
import { loadSignedIn } from '../src/domain/identity/person.ts';
import { changeTemplate } from '../src/domain/mail/changing-templates.ts';
import type { Wording } from '../src/domain/mail/own-wording.ts';
import type { Company } from './company.ts';

const key = { event: 'ticket-received', language: 'en' } as const;

const first: Wording = {
  subject: 'We have it: {{ticket.subject}} (#{{ticket.number}})',
  heading: 'Thank you, {{recipient.first_name}}: we have your ticket',
  before: 'Its number is #{{ticket.number}}.',
  after: '{{company.help_line}}',
  button: 'See the ticket',
};

const versions: [daysAgo: number, wording: Wording][] = [
  [41, first],
  [
    9,
    {
      ...first,
      before:
        'Its number is #{{ticket.number}}. {{ticket.team}} looks at it next.\nYou get a mail as soon as somebody answers.',
    },
  ],
];

const DAY = 86_400_000;

/** Kwame worded the receipt of a ticket anew, and bettered it a month later. */
export async function wordMails(tx: Tx, { people }: Company): Promise<void> {
  const kwame = await loadSignedIn(tx.db, people.kwame);
  if (!kwame) throw new Error('Kwame is not there');
  for (const [index, [daysAgo, wording]] of versions.entries()) {
    const then: Tx = {
      ...tx,
      actor: kwame.person,
      now: () => new Date(tx.now().getTime() - daysAgo * DAY),
      transaction: work => work(then),
    };
    await changeTemplate(then, key, { ...wording, version: index }, tx.t);
  }
}
