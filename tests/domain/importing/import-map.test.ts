import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fieldOf, missingColumns, parseImportMap } from '../../../src/domain/importing/import-map.ts';

const servicedesk = () =>
  parseImportMap(
    readFileSync(new URL('../../../docs/import-maps/servicedesk.json', import.meta.url), 'utf8'),
  );

test('the ready map for a service desk names its 74 groups', () => {
  const teams = Object.values(servicedesk().values.team ?? {});
  expect(new Set(teams).size).toBe(74);
});

test('of several columns the first that is not empty counts, then the constant', () => {
  const map = servicedesk();
  expect(fieldOf(map, 'subject', { short_description_repaired: ' ', short_description: 'raw' })).toBe('raw');
  expect(fieldOf(map, 'subject', { short_description_repaired: 'mended', short_description: 'raw' })).toBe(
    'mended',
  );
  expect(fieldOf(map, 'team', { assignment_group: 'GRP_0' })).toBe('Service desk');
  expect(fieldOf(map, 'priority', {})).toBe('medium');
});

test('columns that the file has not are named', () => {
  expect(missingColumns(servicedesk(), ['id', 'caller'])).toContain('short_description');
});

test.each([
  ['no JSON', '{', /not JSON/],
  ['no reference', '{"source":"a","columns":{"subject":"x"}}', /columns.ref is needed/],
  ['no text', '{"source":"a","columns":{"ref":"x"}}', /a ticket has a text/],
  ['an unknown field', '{"source":"a","columns":{"ref":"x","subject":"y","colour":"z"}}', /columns/],
  ['an unknown setting', '{"source":"a","columns":{"ref":"x","subject":"y"},"mode":"z"}', /mode/],
  ['a source that is no word', '{"source":"A b","columns":{"ref":"x","subject":"y"}}', /source/],
])('a map with %s is refused, with the reason', (_, text, reason) => {
  expect(() => parseImportMap(text)).toThrow(reason);
});
