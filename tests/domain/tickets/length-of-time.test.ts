import { expect, test } from 'vitest';
import { asLength, minutesFrom } from '../../../src/domain/tickets/length-of-time.ts';

test.each([
  ['1h 30m', 90],
  ['1h30', 90],
  ['1h30m', 90],
  ['1 h 30 min', 90],
  ['1 hour and 30 minutes', 90],
  ['1:30', 90],
  ['0:05', 5],
  ['90', 90],
  ['90m', 90],
  ['90 min', 90],
  ['1.5h', 90],
  ['1,5 h', 90],
  ['1.5', 90],
  ['0,25', 15],
  [' 2H ', 120],
  ['2 hrs', 120],
  ['24h', 1_440],
  ['1', 1],
])('%j is %i minutes', (text, minutes) => expect(minutesFrom(text)).toBe(minutes));

test.each([
  '',
  '0',
  '0h',
  '0:00',
  '-5',
  '25h',
  '1441',
  '1:75',
  '1h 30m 20s',
  'soon',
  '1.2.3',
  '1e3',
  '٣',
  '1h -30m',
])('%j is no length of time', text => expect(minutesFrom(text)).toBeUndefined());

test('what is written out is read again', () => {
  for (let minutes = 1; minutes <= 1_440; minutes += 1) expect(minutesFrom(asLength(minutes))).toBe(minutes);
});
