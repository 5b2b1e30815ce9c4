import { answered, change, note, reply, type Story, step } from '../story.ts';

export const finance: Story[] = [
  {
    opened: '19h20m',
    by: 'chloe',
    category: 'expenses',
    impact: 'a-little',
    subject: 'Expense claim rejected without a reason',
    body: 'Claim 2026-1187, hotel in Gdańsk, 212 €. The page says “rejected” and nothing else.',
    steps: [
      step('2h', 'elif', 'take'),
      note('2h10m', 'elif', 'Bill is addressed to her, not to the company. We can accept it once.'),
    ],
  },
  {
    opened: '8h',
    by: 'rui',
    category: 'invoices',
    impact: 'a-lot',
    subject: 'Supplier stops deliveries: three invoices unpaid',
    body: 'Van Dam Tyres says invoices 7781, 7795 and 7802 are open since September and they deliver nothing until they are paid.',
    steps: [
      step('30m', 'elif', 'take'),
      reply(
        '1h',
        'elif',
        'They were sent to an old address of ours. Could you forward the three PDFs to me? Then they go out with today’s run.',
        'waiting',
      ),
      reply('7h', 'rui', 'Here they are in my mail of 13:10. They call me every hour, so please confirm.'),
    ],
  },
  {
    opened: '25h',
    by: 'tomas',
    category: 'expenses',
    subject: 'Company card declined at the toll station',
    body: 'Twice on the A12 this morning. The card works in shops.',
    steps: [
      step('5h', 'elif', 'take'),
      reply(
        '5h10m',
        'elif',
        'Tolls were switched off for your card group. They are on from tonight.',
        'solved',
      ),
    ],
  },
  {
    opened: '7d2h',
    by: 'hana',
    category: 'expenses',
    subject: 'Train ticket bought with my own card',
    body: 'The booking page was down, so I paid myself: 46,80 €. How do I get it back?',
    steps: answered(
      'elif',
      '3h',
      'Add it as “travel, own card” with a photo of the ticket; it comes with the next pay.',
      'hana',
    ),
  },
  {
    opened: '18d5h',
    by: 'ingrid',
    category: 'invoices',
    impact: 'a-little',
    subject: 'Purchase order for two screens',
    body: 'For the new planner: 2 × 27 inch, about 480 € in total.',
    steps: answered('elif', '6h', 'PO 40-2291, sent to the supplier. Delivery to Utrecht within a week.'),
  },
  {
    opened: '12h30m',
    by: 'lukas',
    category: 'invoices',
    impact: 'a-little',
    subject: 'Invoice of the notary has the wrong company',
    body: 'It says Halden Freight GmbH instead of B.V. Shall I send it back?',
  },
  {
    opened: '21d3h',
    by: 'olena',
    category: 'expenses',
    subject: 'Per diem for one and a half days?',
    body: 'I left at noon and came back the next evening.',
    steps: [
      step('1d', 'elif', 'take'),
      change('1d1m', 'elif', { priority: 'low' }),
      reply(
        '1d5m',
        'elif',
        'Half a day and a full one: 31,50 € together. The form fills it in if you enter the times.',
        'solved',
      ),
      step('1d4h', 'olena', 'confirm'),
    ],
  },
];
