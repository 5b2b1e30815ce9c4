import { expect, test } from 'vitest';
import { goneSince, presenceAt, type Times } from '../../../src/domain/assignment/presence.ts';

const weekdays = { days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' };
const times = (own: Partial<Times> = {}): Times => ({
  timeZone: 'Europe/Berlin',
  hours: weekdays,
  awaySince: null,
  absentFrom: null,
  absentUntil: null,
  ...own,
});
const at = (instant: string, own: Partial<Times> = {}) => presenceAt(times(own), new Date(instant));

test.each([
  ['a Monday morning in winter', '2026-03-02T08:00:00Z', 'present'],
  ['a minute before the day begins', '2026-03-02T07:59:00Z', 'off-hours'],
  ['the minute the day ends', '2026-03-02T16:00:00Z', 'off-hours'],
  ['a Saturday', '2026-03-07T10:00:00Z', 'off-hours'],
  ['the first Monday of summer time, an hour earlier by UTC', '2026-03-30T07:00:00Z', 'present'],
  ['its end', '2026-03-30T15:00:00Z', 'off-hours'],
  ['the first Monday of winter time', '2026-10-26T07:30:00Z', 'off-hours'],
])('%s', (_name, instant, presence) => {
  expect(at(instant)).toBe(presence);
});

test('hours are those of the own place: nine in Tokyo is midnight in Berlin', () => {
  expect(at('2026-03-02T00:00:00Z', { timeZone: 'Asia/Tokyo' })).toBe('present');
  expect(at('2026-03-02T09:00:00Z', { timeZone: 'Asia/Tokyo' })).toBe('off-hours');
});

test('a night shift goes on after midnight and belongs to the day it began', () => {
  const hours = { days: [5], from: '22:00', to: '06:00' };
  expect(at('2026-03-06T21:30:00Z', { hours })).toBe('present');
  expect(at('2026-03-07T04:30:00Z', { hours })).toBe('present');
  expect(at('2026-03-07T05:30:00Z', { hours })).toBe('off-hours');
  expect(at('2026-03-06T04:30:00Z', { hours })).toBe('off-hours');
});

test('absence counts whole days of the own place, both ends in it; without a last day it goes on', () => {
  const own = { absentFrom: '2026-03-03', absentUntil: '2026-03-04' };
  expect(at('2026-03-02T14:00:00Z', own)).toBe('present');
  expect(at('2026-03-03T10:00:00Z', own)).toBe('absent');
  expect(at('2026-03-04T15:59:00Z', own)).toBe('absent');
  expect(at('2026-03-05T10:00:00Z', own)).toBe('present');
  expect(at('2027-03-05T10:00:00Z', { absentFrom: '2026-03-03' })).toBe('absent');
  // Already Tuesday in Auckland.
  expect(at('2026-03-02T22:00:00Z', { ...own, timeZone: 'Pacific/Auckland' })).toBe('absent');
});

test('who said "away" is away, within hours or not, and gone since then', () => {
  const awaySince = new Date('2026-03-02T09:30:00Z');
  expect(at('2026-03-02T10:00:00Z', { awaySince })).toBe('away');
  expect(goneSince(times({ awaySince }), new Date('2026-03-02T10:00:00Z'))).toEqual(awaySince);
});

test('an absence has lasted since midnight of its first day there, summer time or not; an evening is no absence', () => {
  const since = (absentFrom: string, now: string) =>
    goneSince(times({ absentFrom }), new Date(now))?.toISOString();
  expect(since('2026-03-03', '2026-03-04T12:00:00Z')).toBe('2026-03-02T23:00:00.000Z');
  expect(since('2026-03-30', '2026-03-31T12:00:00Z')).toBe('2026-03-29T22:00:00.000Z');
  expect(since('2026-03-05', '2026-03-04T12:00:00Z')).toBeUndefined();
  expect(goneSince(times(), new Date('2026-03-02T20:00:00Z'))).toBeNull();
});
