import type { Tx } from '../src/domain/context.ts';
import { createTemplate, type TemplateInput } from '../src/domain/tickets/templates.ts';
import type { CastKey } from './cast.ts';
import type { Company } from './company.ts';

const NEW_STARTER = [
  'Account and mailbox',
  'Laptop from the shelf, encrypted',
  'Two screens and a headset at the desk',
  'Fleet Planner, same role as the team',
  'Badge with Facilities',
  'Welcome mail with the first steps',
];

type Drawn = Pick<
  TemplateInput,
  'name' | 'audience' | 'subject' | 'body' | 'priority' | 'tags' | 'checklist'
>;

const templates: Drawn[] = [
  {
    name: 'New starter',
    audience: 'desk',
    subject: 'New starter on …',
    body: 'Name:\nFirst day:\nDepartment and place:\nSame programs as:',
    priority: 'medium',
    tags: ['laptop', 'new starter'],
    checklist: NEW_STARTER,
  },
  {
    name: 'Leaver',
    audience: 'desk',
    subject: 'Leaver on …',
    body: 'Name:\nLast day:\nWho takes over the mailbox:',
    priority: 'high',
    tags: ['leaver'],
    checklist: [
      'Close the account at the end of the last day',
      'Hand the mailbox over',
      'Laptop, phone and badge back',
      'Take the person off the mailing lists',
    ],
  },
  {
    name: 'Device replacement',
    audience: 'everyone',
    subject: 'Replacement for …',
    body: 'Which device (number on the sticker):\nWhat is broken:\nWhere should the new one go:',
    priority: null,
    tags: ['replacement'],
    checklist: ['Check the warranty', 'Hand out the new device', 'Wipe the old one'],
  },
];

/** What makes the desk's work visible: templates, a list half done, and two weeks of time. */
export async function seedWorking(tx: Tx, company: Company): Promise<void> {
  const categoryId = company.categories.laptops;
  const none = { audienceTeamId: null, teamId: null, assigneeId: null, categoryId };
  for (const template of templates) await createTemplate(tx, { ...template, ...none });
  await beginList(tx, company);
  await spendTime(tx);
}

/** Rows alone, without events: the history reads in the order of time, and this is told after it. */
async function beginList(tx: Tx, { people }: Company): Promise<void> {
  const ticket = await tx
    .db('tickets')
    .where({ subject: 'Laptop for a new starter on 1 December' })
    .first('id');
  const done: CastKey[] = ['priya', 'priya'];
  const at = (hours: number) => new Date(tx.now().getTime() - hours * 3_600_000);
  await tx.db('checklist_items').insert(
    NEW_STARTER.map((text, position) => ({
      ticket_id: ticket.id,
      text,
      position,
      created_by: people.priya,
      created_at: at(19),
      ...(done[position] && { done_by: people[done[position]], done_at: at(17 - position) }),
    })),
  );
}

/** For each message of the desk in the last two weeks, the time it took; every third says what was done. */
const spendTime = (tx: Tx) =>
  tx.db.raw(
    `insert into time_entries (ticket_id, person_id, minutes, note, spent_on, created_at)
     select c.ticket_id, c.author_id, 5 * (1 + (c.id * 7919) % 11),
            case when c.id % 3 = 0 then (array['On the phone with the supplier', 'Tried it on a second device',
              'Looked through the log', 'At the desk of the requester'])[1 + c.id / 3 % 4] else '' end,
            (c.created_at at time zone 'Europe/Amsterdam')::date, c.created_at
     from comments c join users u on u.id = c.author_id join tickets t on t.id = c.ticket_id
     where u.role <> 'employee' and u.status = 'active' and t.requester_id <> u.id
       and c.created_at > ?::timestamptz - interval '14 days'
     order by c.id`,
    [tx.now()],
  );
