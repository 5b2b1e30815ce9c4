import { expect, test } from 'vitest';
import { wantSummary } from '../../src/domain/tickets/summarising.ts';
import { createServices } from '../../src/services.ts';
import { startWorker } from '../../src/worker.ts';
import { eventually } from '../support/eventually.ts';
import { llmServer } from '../support/llm.ts';
import { desk } from './desk.ts';

const server = await llmServer();
const { db, config, people, as, raise, say } = await desk({
  settings: { AI_API_KEY: 'sk-test', AI_BASE_URL: server.url, AI_DAILY_LIMIT: '2' },
});
const planned = () => db('jobs.agenda_jobs').where({ type: 'single', name: 'summarise-tickets' });
const stateOf = (id: number) =>
  db('ticket_summaries').where({ ticket_id: id }).first('state', 'error', 'model');

async function want() {
  const ticket = await raise();
  await say(people.marek, ticket.number, { body: 'Is it on?' });
  await say(people.anna, ticket.number, { body: 'Yes.' });
  await wantSummary(await as(people.marek), ticket);
  return ticket;
}

test('a worker writes what is wanted within moments, and stops at the limit of the day', async () => {
  const services = await createServices(config, { db });
  const worker = await startWorker(services);
  expect(await planned()).toHaveLength(1);
  const first = await want();
  services.world.wake('summarise-tickets');
  await eventually(async () => (await stateOf(first.id))?.state === 'made');
  expect(await stateOf(first.id)).toMatchObject({ model: config.ai.model });

  server.behave('failed');
  const second = await want();
  const third = await want();
  services.world.wake('summarise-tickets');
  await eventually(async () => (await stateOf(third.id))?.state === 'failed');
  // The second try of the second ticket was one too many already.
  expect(await stateOf(second.id)).toMatchObject({ error: 'spent' });
  expect(await stateOf(third.id)).toMatchObject({ error: 'spent' });
  expect(server.requests).toHaveLength(2);
  await worker.stop();
  await services.close();
}, 20_000);

test('without a key there is no such job, and what had been planned goes', async () => {
  const off = { ...config, ai: { ...config.ai, apiKey: undefined } };
  const services = await createServices(off, { db });
  const worker = await startWorker(services);
  expect(await planned()).toEqual([]);
  await worker.stop();
  await services.close();
}, 20_000);
