import type { Story } from './story.ts';

const WORDS: readonly [RegExp, string][] = [
  [/vpn/i, 'vpn'],
  [/at home|home wi-?fi|from home/i, 'home-office'],
  [/scanner/i, 'scanner'],
  [/dock 4|hall b/i, 'rotterdam'],
  [/fleet planner|tachograph/i, 'fleet-planner'],
  [/outlook|mailbox|mail does not/i, 'outlook'],
  [/laptop|docking/i, 'laptop'],
  [/new starter|starts on/i, 'new starter'],
  [/printer/i, 'printer'],
  [/phone/i, 'mobile'],
  [/room |projector|teams call/i, 'meeting-room'],
  [/payslip|salary|payroll/i, 'payroll'],
  [/leave|holiday|vacation/i, 'leave'],
  [/badge|gate|door/i, 'access'],
  [/forklift|charger/i, 'forklift'],
  [/invoice|cost cent|expense/i, 'invoice'],
  [/password|sign in|locked out/i, 'sign-in'],
];

/** What the desk writes on a ticket like this one. */
export const tagsOf = ({ subject, body }: Pick<Story, 'subject' | 'body'>): string[] =>
  WORDS.filter(([words]) => words.test(`${subject} ${body}`))
    .map(([, tag]) => tag)
    .slice(0, 4);
