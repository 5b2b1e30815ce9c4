import { describe, expect, test } from 'vitest';
import { type Answer, Traffic } from '../../../src/domain/notifications/traffic.ts';

/** Mails that end when the test says so. */
function rig() {
  const traffic = new Traffic();
  const ends: ((answer: Answer) => void)[] = [];
  const start = (recipientId: number, domain = 'company.example') =>
    traffic.start(
      { recipientId, domain },
      () =>
        new Promise<Answer>(resolve => {
          ends.push(resolve);
        }),
    );
  const end = async (n: number, answer: Answer) => {
    ends[n]?.(answer);
    await traffic.change();
  };
  return { traffic, start, end };
}

describe('how many mails are on their way', () => {
  test('one, until somebody answered; then six', async () => {
    const { traffic, start, end } = rig();
    start(1, 'a.example');
    expect(traffic.hasRoom).toBe(false);
    await end(0, 'spoken');
    for (let n = 1; n <= 6; n += 1) {
      expect(traffic.hasRoom).toBe(true);
      start(n, `${n}.example`);
    }
    expect(traffic.hasRoom).toBe(false);
  });

  test('one more each second while nobody answers', async () => {
    const { traffic, start } = rig();
    start(1);
    await traffic.change();
    expect(traffic.hasRoom).toBe(true);
    start(2, 'b.example');
    expect(traffic.hasRoom).toBe(false);
  });

  test('none any more once no server was there', async () => {
    const { traffic, start, end } = rig();
    start(1);
    await end(0, 'away');
    expect([traffic.hasRoom, traffic.isEmpty]).toEqual([false, true]);
  });

  test('as before when one got stuck while others were answered', async () => {
    const { traffic, start, end } = rig();
    start(1);
    await end(0, 'spoken');
    start(2, 'mute.example');
    start(3, 'quick.example');
    await end(2, 'spoken');
    await end(1, 'away');
    expect(traffic.hasRoom).toBe(true);
  });
});

describe('who has to wait', () => {
  test('the third to a domain, and the second to a person', async () => {
    const { traffic, start, end } = rig();
    start(1);
    await end(0, 'spoken');
    start(2);
    expect(traffic.closed).toEqual({ domains: [], people: [2] });
    start(3);
    expect(traffic.closed.domains).toContain('company.example');
    await end(1, 'spoken');
    expect(traffic.closed).toEqual({ domains: [], people: [3] });
  });

  test('a domain that put off five in a row, until the next turn', async () => {
    const { traffic, start, end } = rig();
    for (let n = 0; n < 4; n += 1) {
      start(n);
      await end(n, 'later');
    }
    start(4);
    await end(4, 'spoken');
    for (let n = 5; n < 10; n += 1) {
      expect(traffic.closed.domains).toEqual([]);
      start(n);
      await end(n, 'later');
    }
    expect(traffic.closed.domains).toEqual(['company.example']);
  });
});

describe('mails of which nobody knows whether they arrived', () => {
  test('are one at a time while servers answer', async () => {
    const { traffic } = rig();
    let inDoubt = 0;
    let most = 0;
    const mail = async () => {
      const leave = await traffic.enterDoubt();
      inDoubt += 1;
      most = Math.max(most, inDoubt);
      await new Promise(resolve => setImmediate(resolve));
      inDoubt -= 1;
      leave();
    };
    await Promise.all(Array.from({ length: 20 }, mail));
    expect(most).toBe(1);
  });

  test('hold up the others for a second at most', async () => {
    const { traffic } = rig();
    await traffic.enterDoubt();
    const begun = performance.now();
    const leave = await traffic.enterDoubt();
    expect(performance.now() - begun).toBeLessThan(3_000);
    leave();
    await traffic.enterDoubt();
  });
});

test('a fault that could not be written down ends the turn, after the mails on their way', async () => {
  const { traffic, start, end } = rig();
  start(1);
  await end(0, 'spoken');
  start(2);
  traffic.start({ recipientId: 3, domain: 'b.example' }, () => Promise.reject(new Error('no database')));
  await traffic.change();
  expect([traffic.hasRoom, traffic.isEmpty]).toEqual([false, false]);
  await end(1, 'spoken');
  expect(traffic.isEmpty).toBe(true);
  expect(traffic.failure).toEqual(new Error('no database'));
});
