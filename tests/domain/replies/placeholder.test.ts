import { describe, expect, test } from 'vitest';
import {
  asText,
  type Filling,
  fillPlaceholders,
  placeholders,
  unknownPlaceholders,
} from '../../../src/domain/replies/placeholder.ts';
import { richText } from '../../../src/platform/rich-text.ts';

const filling = (subject = 'VPN drops', firstName = 'Sofie'): Filling => ({
  ticket: { number: 4815, subject, employeeStatusName: 'In progress', teamName: null },
  requester: { firstName, lastName: firstName ? 'de Vries' : '' },
  me: { firstName: 'Marek', lastName: 'Nowak' },
  company: 'Halden Freight',
  t: text => text,
});

test('every placeholder is filled', () => {
  const text = placeholders.map(name => `{{${name}}}`).join(';');
  expect(fillPlaceholders(text, filling())).toBe(
    'Sofie;Sofie de Vries;4815;VPN drops;In progress;Marek;Marek Nowak;;Halden Freight',
  );
});

test('who has no name is greeted as there', () => {
  expect(fillPlaceholders('Hi {{ requester.first_name }},', filling('x', ''))).toBe('Hi there,');
});

test('one that means nothing is named, also one that every object has', () => {
  expect(unknownPlaceholders('{{requester.nme}} {{me.name}} {{constructor}} {{}}')).toEqual([
    '{{requester.nme}}',
    '{{constructor}}',
    '{{}}',
  ]);
});

test('a value is not read as a placeholder', () => {
  expect(fillPlaceholders('{{ticket.subject}}', filling('{{company.name}}'))).toBe('{{company\\.name}}');
});

describe('a value shows as it is and never as markup', () => {
  test.each([
    '[click](http://evil.example)',
    'see http://evil.example/x',
    'see www.evil.example',
    '**bold** _it_ `code`',
    '# heading',
    '1. list',
    '> quote',
    '<b>tag</b> &amp; entity',
    '![image](x)',
  ])('%s', value => {
    const html = richText(`About: ${asText(value)}`);
    const alone = richText(asText(value));
    for (const drawn of [html, alone]) expect(drawn).not.toMatch(/<(?!\/?p>)/);
    expect(
      alone
        .replace(/<\/?p>/g, '')
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&amp;', '&'),
    ).toBe(value);
  });
});
