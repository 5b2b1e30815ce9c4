import { describe, expect, test } from 'vitest';
import {
  messageId,
  readMessageId,
  readReplyAddress,
  replyAddress,
  threadId,
} from '../../../src/domain/mail/keys.ts';
import { createSigner } from '../../../src/platform/crypto.ts';

const worldOf = (secret: string) => ({
  world: { sign: createSigner(secret), appUrl: 'https://help.example.com' } as never,
});
const ctx = worldOf('one secret of this installation..');
const elsewhere = worldOf('the secret of another installation');
const key = { ticketNumber: 1042, userId: 100 };
const address = replyAddress(ctx, 'support@example.com', key);

describe('the address for answers', () => {
  test('names the ticket and the person, with a mark that cannot be guessed', () => {
    expect(address).toMatch(/^support\+t1042\.2s\.[0-9a-z]{20}@example\.com$/);
    expect(readReplyAddress(ctx, address)).toEqual(key);
  });

  test('is known in capitals, in brackets, and at another address of ours', () => {
    expect(readReplyAddress(ctx, address.toUpperCase())).toEqual(key);
    expect(readReplyAddress(ctx, ` <${address}> `)).toEqual(key);
    expect(readReplyAddress(ctx, address.replace('support+', 'help.desk+'))).toEqual(key);
  });

  test.each([
    ['another ticket', address.replace('t1042', 't1043')],
    ['another person', address.replace('.2s.', '.2t.')],
    ['the same number written otherwise', address.replace('t1042', 't01042')],
    ['the same person written otherwise', address.replace('.2s.', '.02s.')],
    ['one character of the mark', address.replace(/.@/, found => (found === 'a@' ? 'b@' : 'a@'))],
    ['a mark cut short', address.replace(/.@/, '@')],
    ['no mark', 'support+t1042@example.com'],
    ['no key', 'support@example.com'],
    ['more behind it', `${address}@evil.example`],
    ['a number beyond all', address.replace('t1042', `t${'9'.repeat(30)}`)],
    ['nothing', ''],
  ])('is worth nothing with %s', (_what, forged) => {
    expect(readReplyAddress(ctx, forged)).toBeNull();
  });

  test('of another installation is worth nothing here', () => {
    expect(readReplyAddress(elsewhere, address)).toBeNull();
  });

  test('stays plain where the mailbox leaves no room for the key', () => {
    const long = `${'a'.repeat(50)}@example.com`;
    expect(replyAddress(ctx, long, key)).toBe(long);
    const most = replyAddress(ctx, `${'a'.repeat(26)}@example.com`, {
      ticketNumber: 99_999_999,
      userId: 9_999_999,
    });
    expect(most.split('@')[0]).toHaveLength(63);
  });
});

describe('a Message-ID of ours', () => {
  test('tells which mail or which ticket it is', () => {
    expect(messageId(ctx, 7)).toMatch(/^<d7\.[0-9a-z]{24}@help\.example\.com>$/);
    expect(readMessageId(ctx, messageId(ctx, 7))).toEqual({ deliveryId: 7 });
    expect(readMessageId(ctx, threadId(ctx, 1042))).toEqual({ ticketNumber: 1042 });
  });

  test('is known without brackets, in capitals, and after the program moved to another host', () => {
    expect(readMessageId(ctx, messageId(ctx, 7).slice(1, -1).toUpperCase())).toEqual({ deliveryId: 7 });
    expect(readMessageId(ctx, threadId(ctx, 5).replace('help.example.com', 'localhost'))).toEqual({
      ticketNumber: 5,
    });
  });

  test('of one kind is not one of the other, nor of another number, nor of another installation', () => {
    expect(readMessageId(ctx, threadId(ctx, 7).replace('<t', '<d'))).toBeNull();
    expect(readMessageId(ctx, messageId(ctx, 7).replace('<d7', '<d8'))).toBeNull();
    expect(readMessageId(elsewhere, messageId(ctx, 7))).toBeNull();
    expect(readMessageId(ctx, '<CAF=abc@mail.example.com>')).toBeNull();
  });
});
