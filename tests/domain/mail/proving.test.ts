import { expect, test } from 'vitest';
import { proofOf } from '../../../src/domain/mail/proving.ts';

const ANNA = 'anna@company.example';
const says = (...lines: string[]) => proofOf(lines, 'mx.company.example', ANNA);

test('what our own mail server says of the domain counts', () => {
  expect(says('mx.company.example; dmarc=pass (p=reject) header.from=company.example')).toBe('pass');
  expect(says('"MX.company.example" 1; spf=pass; dmarc=pass header.from="company.example"')).toBe('pass');
  expect(says('mx.company.example (x (y)); dmarc=fail header.from=company.example')).toBe('fail');
  expect(says('mx.company.example; dmarc=pass header.from=evil.example')).toBe('none');
  expect(says('mx.evil.example; dmarc=pass header.from=company.example')).toBe('none');
  expect(says('mx.company.example; none')).toBe('none');
});

const TRUE = 'dmarc=fail header.from=company.example';
test.each([
  [
    'in the quoted name of their address',
    'smtp.mailfrom="a; dmarc=pass header.from=company.example; x"@evil.example',
  ],
  ['behind an escaped quote', 'smtp.mailfrom="a\\"; dmarc=pass header.from=company.example; x"@evil.example'],
  ['in a comment within a comment', 'smtp.helo=x (a (b); dmarc=pass header.from=company.example; c)'],
  ['before a comment without an end', 'smtp.helo=x; dmarc=pass header.from=company.example; y=('],
  ['before a quote without an end', 'smtp.mailfrom="a@evil.example'],
])('what the sender says of themselves is no result: %s', (_where, words) => {
  expect(says(`mx.company.example; spf=pass ${words}; ${TRUE}`)).toBe('fail');
  expect(says(`mx.company.example; spf=pass ${words}; dmarc=none`)).toBe('none');
});
