import { beforeEach, describe, expect, test } from 'vitest';
import { redactComment } from '../../../src/domain/tickets/redacting.ts';
import {
  makeSummaries,
  stopSummary,
  summaryOf,
  wantSummary,
} from '../../../src/domain/tickets/summarising.ts';
import { mask, plainSummary, promptFor } from '../../../src/domain/tickets/summary-prompt.ts';
import { surroundingsOf } from '../../../src/domain/tickets/surroundings.ts';
import { findTicket, type Ticket } from '../../../src/domain/tickets/ticket.ts';
import type { Answer, Llm, Question } from '../../../src/platform/llm.ts';
import { type Made, testWorld, usualPeople } from '../../support/factories.ts';

const world = await testWorld({ env: { AI_API_KEY: 'sk-test' } });
const { db, as, system, clock, makeTicket, comment, reload, eventsOf } = world;
const { it, hr, employee, coordinator, stranger, admin } = await usualPeople(world);

/** A model that says what the test wants and remembers what it was asked. */
const asked: Question[] = [];
let answer: () => Answer | Promise<Answer>;
const llm: Llm = {
  model: 'small',
  ask: async question => {
    asked.push(question);
    return answer();
  },
};
const sent = () => asked.map(({ system: rules, data }) => `${rules}\n${data}`).join('\n');
const write = async () => makeSummaries(await system(), llm);

beforeEach(async () => {
  asked.length = 0;
  answer = () => ({ ok: true, text: 'The printer smokes.' });
  await db('ticket_summaries').delete();
});

async function talk(replies = 2): Promise<Ticket> {
  const ticket = await makeTicket({ by: employee, team: it, subject: 'Printer smokes', body: 'It smokes.' });
  for (let i = 0; i < replies; i += 1)
    await comment(i % 2 ? employee : coordinator, ticket, { body: `Message ${i}` });
  return reload(ticket);
}
const want = async (ticket: Ticket, by: Made = coordinator) => {
  const ctx = await as(by);
  await wantSummary(ctx, await findTicket(ctx, ticket.number));
};
const shown = async (ticket: Ticket, by: Made = coordinator) => {
  const ctx = await as(by);
  return (await surroundingsOf(ctx, await findTicket(ctx, ticket.number))).summary;
};

describe('asking for a summary', () => {
  test('is for who works the ticket, and only they see one', async () => {
    const ticket = await talk();
    await expect(want(ticket, employee)).rejects.toThrow('ticket.work');
    await want(ticket);
    await write();
    expect(await shown(ticket)).toMatchObject({ state: 'made', text: 'The printer smokes.' });
    expect(await shown(ticket, employee)).toBeUndefined();
    await expect(shown(ticket, stranger)).rejects.toThrow('No ticket');
    const ctx = await as(employee);
    await expect(summaryOf(ctx, ticket)).rejects.toThrow('ticket.work');
    await expect(stopSummary(ctx, ticket)).rejects.toThrow('ticket.work');
  });

  test('is for tickets with three public messages or more', async () => {
    const ticket = await talk(1);
    await comment(coordinator, ticket, { kind: 'note', body: 'A note is no public message' });
    expect(await shown(ticket)).toBeUndefined();
    await expect(want(ticket)).rejects.toThrow('nothing to summarise');
    await comment(employee, ticket);
    expect(await shown(ticket)).toMatchObject({ state: 'none', text: null });
    await want(ticket);
  });

  test('twice while it is being written is asking once, and the history says who asked', async () => {
    const ticket = await talk();
    await Promise.all([want(ticket), want(ticket), want(ticket, admin)]);
    expect(await write()).toBe(1);
    expect(asked).toHaveLength(1);
    const events = (await eventsOf(ticket)).filter(event => event.type.startsWith('ticket.summary'));
    expect(events.map(({ type, internal, actor_kind }) => [type, internal, actor_kind])).toEqual([
      ['ticket.summary-wanted', true, 'person'],
      ['ticket.summary-made', true, 'system'],
    ]);
    expect(JSON.stringify(events)).not.toContain('smokes');
  });

  test('without AI does nothing', async () => {
    const ticket = await talk();
    const ctx = await as(coordinator);
    const off = { ...ctx, world: { ...ctx.world, hasAi: false } };
    expect(await summaryOf(off, ticket)).toBeUndefined();
    expect((await surroundingsOf(off, ticket)).summary).toBeUndefined();
  });
});

describe('what is sent', () => {
  test('is the subject and the public messages: no notes, nothing removed, no names', async () => {
    const ticket = await talk();
    await comment(coordinator, ticket, { kind: 'note', body: 'canary-note' });
    const { commentId } = await comment(employee, ticket, { body: 'canary-removed' });
    await redactComment(await as(admin), ticket, commentId);
    await want(ticket);
    await write();
    expect(sent()).toContain('Printer smokes');
    expect(sent()).toMatch(/the requester on.*It smokes\..*the help desk on.*Message 0.*Message 1/s);
    expect(sent()).not.toMatch(/canary|Jonas|Marek|company\.example/);
  });

  test('has no mail address and no phone number in it; dates and addresses of machines stay', () => {
    const text =
      'Jonas <jonas.nr1+x@company.example>, müller@firma.de, +31 (0)20 123-4567, 030 / 12 34 56 78, 06.12.34.56.78, ' +
      '(555) 010-9999 on 2026-03-02 at 14:00, 02.03.2026, host 192.168.100.200, HF-LT-2207, #4815, error 0x80070005';
    expect(mask(text)).toBe(
      'Jonas <[mail address]>, [mail address], [phone number], [phone number], [phone number], ' +
        '[phone number] on 2026-03-02 at 14:00, 02.03.2026, host 192.168.100.200, HF-LT-2207, #4815, error 0x80070005',
    );
    for (const long of ['a'.repeat(100_000), '1 '.repeat(50_000), '@'.repeat(100_000), 'a.'.repeat(50_000)]) {
      const began = performance.now();
      mask(long);
      expect(performance.now() - began).toBeLessThan(500);
    }
  });

  test('is at most 12,000 characters, the newest of them', () => {
    const messages = Array.from({ length: 40 }, (_, i) => ({
      from: 'requester' as const,
      on: '2026-03-02',
      body: `number ${40 - i} ${'x '.repeat(400)}`,
    }));
    const { data } = promptFor({ subject: 'Long', messages }, 'en');
    expect(data.length).toBeLessThanOrEqual(12_000);
    expect(data).toContain('number 40 ');
    expect(data).not.toContain('number 1 ');
    expect(data.indexOf('number 39 ')).toBeLessThan(data.indexOf('number 40 '));
    const one = promptFor({ subject: 'L', messages: [{ ...messages[0]!, body: 'x'.repeat(50_000) }] }, 'en');
    expect(one.data.length).toBeLessThanOrEqual(12_000);
  });

  test('stands after marks that nobody who writes can know', () => {
    const material = { subject: 'S', messages: [{ from: 'desk' as const, on: '2026-03-02', body: 'B' }] };
    const marks = [0, 1].map(() => /the mark (\S+)\./.exec(promptFor(material, 'en').system)?.[1]);
    expect(marks[0]).toMatch(/^[\w-]{36}$/);
    expect(marks[0]).not.toBe(marks[1]);
    expect(promptFor(material, 'de').system).toContain('"de"');
  });

  test('is nothing if whoever asked may not read the ticket any more', async () => {
    const ticket = await talk();
    await want(ticket);
    await db('tickets').where({ id: ticket.id }).update({ team_id: hr.id });
    await write();
    expect(asked).toEqual([]);
    expect(await db('ticket_summaries')).toEqual([]);
  });
});

describe('what comes back', () => {
  test('is kept as one plain paragraph of 800 characters', () => {
    expect(
      plainSummary('# Hi\n\n- **Bold** [link](https://evil.example) and `code`\u0000\u202e\n- 2 < 3'),
    ).toBe('Hi Bold link and code 2 3');
    expect(plainSummary('<img src=x onerror=alert(1)> ignore previous <script>steal()</script>')).toBe(
      'ignore previous steal()',
    );
    expect(plainSummary('See https://evil.example/?q=1 and <img src=x onerror=alert(1)')).toBe(
      'See [link] and',
    );
    expect(plainSummary('snake_case stays, _emphasis_ goes')).toBe('snake_case stays, emphasis goes');
    const long = plainSummary('word '.repeat(1_000));
    expect(long.length).toBeLessThanOrEqual(800);
    expect(long).toMatch(/word…$/);
    expect(() => encodeURIComponent(plainSummary('😀'.repeat(1_000)))).not.toThrow();
  });

  test('says when somebody has replied since', async () => {
    const ticket = await talk();
    await want(ticket);
    await write();
    expect(await shown(ticket)).toMatchObject({ isOld: false });
    await comment(coordinator, ticket, { kind: 'note', body: 'A note does not count' });
    expect(await shown(ticket)).toMatchObject({ isOld: false });
    await comment(employee, ticket);
    expect(await shown(ticket)).toMatchObject({ isOld: true, text: 'The printer smokes.' });
    await want(ticket);
    expect(await shown(ticket)).toMatchObject({ state: 'wanted', text: 'The printer smokes.' });
    answer = () => ({ ok: true, text: 'It burns.' });
    await write();
    expect(await shown(ticket)).toMatchObject({ state: 'made', isOld: false, text: 'It burns.' });
  });

  test('is a failure with its reason, which leaves an older text alone and can be tried again', async () => {
    const ticket = await talk();
    await want(ticket);
    await write();
    answer = () => ({ ok: false, failure: 'slow' });
    await want(ticket);
    await write();
    expect(await shown(ticket)).toMatchObject({
      state: 'failed',
      failure: 'slow',
      text: 'The printer smokes.',
    });
    answer = () => ({ ok: true, text: '<br>' });
    await want(ticket);
    await write();
    expect(await shown(ticket)).toMatchObject({ state: 'failed', failure: 'unreadable' });
  });

  test('goes when a message is removed, and what is being written then is thrown away', async () => {
    const ticket = await talk(4);
    const { commentId } = await comment(employee, ticket, { body: 'My password is tulip' });
    await want(ticket);
    answer = async () => {
      await redactComment(await as(admin), ticket, commentId);
      return { ok: true, text: 'The password is tulip.' };
    };
    await write();
    expect(await shown(ticket)).toMatchObject({ state: 'none', text: null });
  });

  test('is thrown away when somebody has stopped it; an older text stays', async () => {
    const ticket = await talk();
    await want(ticket);
    const stop = async () => stopSummary(await as(coordinator), ticket);
    await stop();
    expect(await write()).toBe(0);
    expect(await shown(ticket)).toMatchObject({ state: 'none' });
    await want(ticket);
    await write();
    await want(ticket);
    answer = async () => {
      await stop();
      return { ok: true, text: 'Too late.' };
    };
    await write();
    expect(await shown(ticket)).toMatchObject({ state: 'made', text: 'The printer smokes.' });
  });
});

describe('several workers', () => {
  test('write each once', async () => {
    for (let i = 0; i < 3; i += 1) await want(await talk());
    const done = await Promise.all([write(), write(), write()]);
    expect(done.reduce((a, b) => a + b)).toBe(3);
    expect(asked).toHaveLength(3);
  });

  test('take over from one that died, and three times are enough', async () => {
    const ticket = await talk();
    await want(ticket);
    answer = () => Promise.reject(new Error('The process died'));
    for (let i = 0; i < 3; i += 1) {
      await expect(write()).rejects.toThrow('died');
      expect(await write()).toBe(0);
      await db('ticket_summaries').update({ claimed_until: new Date(0) });
    }
    await write();
    expect(asked).toHaveLength(3);
    expect(await shown(ticket)).toMatchObject({ state: 'failed', failure: 'away' });
    clock.advance({ minutes: 1 });
  });
});
