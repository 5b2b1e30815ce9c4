import { afterAll } from 'vitest';
import { type SmtpSink, startMailServer } from './mail-server.ts';

export type { Behaviour, ReceivedMail, SmtpSink } from './mail-server.ts';

/** A mail server for one test file, gone after it. */
export async function smtpSink(): Promise<SmtpSink> {
  const server = await startMailServer();
  afterAll(server.close);
  return server;
}
