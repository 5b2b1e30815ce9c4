import { createHash, createVerify, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterAll, describe, expect, test } from 'vitest';
import { buildConfig, type Config } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/env.ts';
import type { MailError } from '../../src/platform/mail-failure.ts';
import { failureOf, messageOf, statusOf } from '../../src/platform/mail-failure.ts';
import { createMailTransport, type Mail } from '../../src/platform/mail-transport.ts';
import { smtpSink } from '../support/smtp.ts';

const sink = await smtpSink();
const log = { warn() {}, info() {}, error() {}, debug() {} } as never;
const closing: (() => void)[] = [];
afterAll(() => {
  for (const close of closing) close();
});

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const configOf = (values: Record<string, string>): Config =>
  buildConfig(readEnv({ NODE_ENV: 'test', DATABASE_URL: 'postgres://localhost/none', ...values }));

function transportOf(values: Record<string, string>, attemptMs = 5_000) {
  const transport = createMailTransport(configOf(values), log, { attemptMs });
  closing.push(transport.close);
  return transport;
}

const mail: Mail = {
  from: { name: 'Support', address: 'support@company.example' },
  to: { name: 'Anna', address: 'anna@company.example' },
  replyTo: { name: 'Support', address: 'support@company.example' },
  ...{ subject: 'Grüße', text: 'Hello  there \n\n', html: '<p>Hello</p>' },
  messageId: '<d1.abc@help.company.example>',
  headers: {
    'Auto-Submitted': 'auto-generated',
    'List-Unsubscribe': '<https://help.company.example/unsubscribe/x>',
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  },
};

/** A server of smtp-server itself, with its own certificate that nobody knows. */
async function server(options: SMTPServerOptions, host = '127.0.0.1') {
  const taken: string[] = [];
  const smtp = new SMTPServer({
    ...{ disableReverseLookup: true, logger: false, closeTimeout: 100 },
    onData(stream, _session, answer) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        taken.push(Buffer.concat(chunks).toString());
        answer();
      });
    },
    ...options,
  });
  smtp.on('error', () => {});
  await new Promise<void>(resolve => {
    smtp.listen(0, host, () => resolve());
  });
  closing.push(() => smtp.close());
  return { port: (smtp.server.address() as AddressInfo).port, taken };
}

describe('encryption', () => {
  test('a password goes nowhere without: a server that offers no STARTTLS gets neither it nor the mail', async () => {
    const seen: unknown[] = [];
    const { port, taken } = await server(
      {
        hideSTARTTLS: true,
        allowInsecureAuth: true,
        disabledCommands: ['STARTTLS'],
        onAuth: (auth, _session, answer) => {
          seen.push(auth.username);
          answer(null, { user: 'x' });
        },
      },
      '127.0.0.2',
    );
    // A name that is not plainly this machine.
    const transport = transportOf({ SMTP_URL: `smtp://user:secret@127.0.0.2:${port}` });
    await expect(transport.send(mail)).rejects.toMatchObject({
      ...{ failure: 'away', message: expect.stringContaining('ETLS') },
    });
    expect([seen, taken]).toEqual([[], []]);
  });

  test('a certificate that nobody vouches for is not believed, unless the setting says so', async () => {
    const { port, taken } = await server({ secure: true, authOptional: true });
    const url = `smtps://127.0.0.1:${port}`;
    await expect(transportOf({ SMTP_URL: url }).send(mail)).rejects.toMatchObject({ failure: 'away' });
    await transportOf({ SMTP_URL: `${url}?tls.rejectUnauthorized=false` }).send(mail);
    expect(taken).toHaveLength(1);
  });
});

describe('OAuth2', () => {
  /** Google's endpoint for tokens, as far as a refresh goes. */
  async function tokenEndpoint(answer: { status: number; body: object }) {
    const asked: URLSearchParams[] = [];
    const http = createServer((req, res) => {
      let body = '';
      req.on('data', chunk => {
        body += chunk;
      });
      req.on('end', () => {
        asked.push(new URLSearchParams(body));
        res.writeHead(answer.status, { 'content-type': 'application/json' });
        res.end(JSON.stringify(answer.body));
      });
    });
    await new Promise<void>(resolve => {
      http.listen(0, '127.0.0.1', () => resolve());
    });
    closing.push(() => http.close());
    return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/token`, asked };
  }

  const settings = (port: number, tokenUrl: string) => ({
    SMTP_URL: `smtps://127.0.0.1:${port}?tls.rejectUnauthorized=false`,
    SMTP_OAUTH_USER: 'support@company.example',
    SMTP_OAUTH_CLIENT_ID: 'client',
    SMTP_OAUTH_CLIENT_SECRET: 'hidden',
    SMTP_OAUTH_REFRESH_TOKEN: 'refresh',
    SMTP_OAUTH_URL: tokenUrl,
  });
  const gmail = async () => {
    const seen: (string | undefined)[] = [];
    const { port, taken } = await server({
      secure: true,
      authMethods: ['XOAUTH2'],
      onAuth: (auth, _session, answer) => {
        seen.push(`${auth.method} ${auth.username} ${auth.accessToken}`);
        answer(null, auth.accessToken === 'fresh' ? { user: auth.username } : undefined);
      },
    });
    return { port, taken, seen };
  };

  test('a refresh token becomes an access token, once, and signs in with XOAUTH2', async () => {
    const { url, asked } = await tokenEndpoint({
      status: 200,
      body: { access_token: 'fresh', expires_in: 3_600, token_type: 'Bearer' },
    });
    const { port, taken, seen } = await gmail();
    const transport = transportOf(settings(port, url));
    await transport.send(mail);
    await transport.send(mail);
    expect(taken).toHaveLength(2);
    expect(seen).toEqual(['XOAUTH2 support@company.example fresh']);
    expect(asked.map(form => Object.fromEntries(form))).toEqual([
      expect.objectContaining({
        grant_type: 'refresh_token',
        client_id: 'client',
        client_secret: 'hidden',
        refresh_token: 'refresh',
      }),
    ]);
  });

  test('a token that was taken back is the server’s trouble, not the mail’s: it waits', async () => {
    const { url } = await tokenEndpoint({ status: 400, body: { error: 'invalid_grant' } });
    const { port, taken } = await gmail();
    const failed = transportOf(settings(port, url)).send(mail);
    await expect(failed).rejects.toMatchObject({
      failure: 'away',
      message: expect.stringContaining('invalid_grant'),
    });
    expect(taken).toEqual([]);
  });
});

describe('DKIM', () => {
  test('a signature that the public key confirms, over the way to unsubscribe too', async () => {
    sink.mails.length = 0;
    const transport = transportOf({
      SMTP_URL: sink.url,
      DKIM_DOMAIN: 'company.example',
      DKIM_SELECTOR: 's1',
      DKIM_PRIVATE_KEY: PEM.replaceAll('\n', '\\n'),
    });
    await transport.send(mail);
    const { tags, isValid } = verifyDkim(sink.mails[0]?.raw ?? '');
    expect(tags).toMatchObject({ d: 'company.example', s: 's1', a: 'rsa-sha256' });
    expect(tags.h?.toLowerCase().split(':')).toEqual(
      expect.arrayContaining(['from', 'message-id', 'list-unsubscribe', 'list-unsubscribe-post']),
    );
    expect(isValid).toBe(true);
  });

  /** RFC 6376 with relaxed/relaxed, as far as one signature goes. */
  function verifyDkim(raw: string) {
    const at = raw.indexOf('\r\n\r\n');
    const headers = raw.slice(0, at).split(/\r\n(?![ \t])/);
    const relaxed = (line: string) => {
      const colon = line.indexOf(':');
      const value = line
        .slice(colon + 1)
        .replace(/\r\n/g, '')
        .replace(/[ \t]+/g, ' ')
        .trim();
      return `${line.slice(0, colon).toLowerCase().trim()}:${value}`;
    };
    const signature = headers.find(line => /^dkim-signature:/i.test(line)) ?? '';
    const tags: Record<string, string> = Object.fromEntries(
      signature
        .slice(signature.indexOf(':') + 1)
        .split(';')
        .map(tag => [
          tag.slice(0, tag.indexOf('=')).trim(),
          tag.slice(tag.indexOf('=') + 1).replace(/\s/g, ''),
        ]),
    );
    const body = `${raw
      .slice(at + 4)
      .replace(/[ \t]+(?=\r\n)/g, '')
      .replace(/[ \t]+/g, ' ')
      .replace(/(\r\n)*$/, '')}\r\n`;
    const bodyHash = createHash('sha256').update(body, 'latin1').digest('base64');
    const left = [...headers];
    const signed = (tags.h ?? '').split(':').flatMap(name => {
      const i = left.findLastIndex(line => line.toLowerCase().startsWith(`${name.toLowerCase()}:`));
      return i < 0 ? [] : left.splice(i, 1).map(line => `${relaxed(line)}\r\n`);
    });
    const own = relaxed(signature.replace(/([;\s]b=)[^;]*/, '$1'));
    const verifier = createVerify('RSA-SHA256').update(signed.join('') + own, 'latin1');
    const isValid = tags.bh === bodyHash && verifier.verify(publicKey, tags.b ?? '', 'base64');
    return { tags, isValid };
  }

  test.each([
    ['half of the settings', { DKIM_DOMAIN: 'company.example' }],
    ['no key', { DKIM_DOMAIN: 'company.example', DKIM_SELECTOR: 's1', DKIM_PRIVATE_KEY: 'nonsense' }],
    ['half of OAuth2', { SMTP_OAUTH_USER: 'support@company.example' }],
  ])('%s: the program does not start, and says what to set', (_what, values) => {
    expect(() => configOf(values as Record<string, string>)).toThrow(/DKIM_PRIVATE_KEY:|SMTP_OAUTH_USER:/);
  });
});

test('an attempt that hangs ends in time, and the mails beside it go on', async () => {
  sink.mails.length = 0;
  sink.behaveTo('mute.example', 'hang');
  const transport = transportOf({ SMTP_URL: sink.url }, 800);
  const to = (address: string) => ({ ...mail, to: { name: '', address } });
  const begun = performance.now();
  const stuck = transport.send(to('a@mute.example')).catch((error: MailError) => error);
  for (let n = 0; n < 5; n += 1) await transport.send(to(`b${n}@quick.example`));
  expect(await stuck).toMatchObject({ failure: 'away', message: 'No answer within 0.8 s' });
  expect(performance.now() - begun).toBeLessThan(2_500);
  await transport.send(to('c@quick.example'));
  expect(sink.mails).toHaveLength(6);
  sink.behave('accept');
  sink.hangUp();
});

test('a mail waits before its last line for who asks it to', async () => {
  sink.mails.length = 0;
  const transport = transportOf({ SMTP_URL: sink.url });
  let open = () => {};
  const asked = new Promise<void>(resolve => {
    open = resolve;
  });
  let isAsked = false;
  const sent = transport.send(mail, {
    beforeEnd: () => {
      isAsked = true;
      return asked;
    },
  });
  await expect.poll(() => isAsked).toBe(true);
  expect(sink.mails).toHaveLength(0);
  open();
  await sent;
  expect(sink.mails).toHaveLength(1);
});

test('a refusal is told in the words of the server alone; where it said none, what was between us is', () => {
  const said = Object.assign(new Error('Can’t send'), { code: 'EENVELOPE', response: '550 No such mailbox' });
  expect(messageOf(said)).toBe('550 No such mailbox');
  expect(messageOf(Object.assign(new Error('connect timed out'), { code: 'ETIMEDOUT' }))).toBe(
    'ETIMEDOUT: connect timed out',
  );
});

describe('a 5xx', () => {
  const said = (response: string, command = 'RCPT TO') => {
    const error = Object.assign(new Error(response), {
      ...{ code: command === 'DATA' ? 'EMESSAGE' : 'EENVELOPE', response, command },
      responseCode: Number(response.slice(0, 3)),
    });
    return [failureOf(error), statusOf(error)];
  };
  test.each([
    ['550 5.1.1 No such user', 'refused', '5.1.1'],
    ['550 5.1.10 RESOLVER.ADR.RecipientNotFound', 'refused', '5.1.10'],
    ['550 5.2.1 The email account is disabled', 'refused', '5.2.1'],
    ['550 No such mailbox', 'refused', '5.1.1'],
    ['550 Relaying denied', 'refused', null],
    [
      '554 5.7.1 Client host blocked using zen.spamhaus.org; see https://check.spamhaus.org/try-again',
      'refused',
      null,
    ],
    ['552 5.2.2 Mailbox full', 'later', null],
    ['550 5.4.5 Daily sending quota exceeded', 'later', null],
    ['550 Greylisted, come back in 300 seconds', 'later', null],
    ['554 Temporary failure, please try again', 'later', null],
  ])('%s', (response, failure, status) => {
    expect(said(response)).toEqual([failure, status]);
  });
  test('about what the mail says is not the address’s fault', () => {
    expect(said('550 5.7.1 Message rejected as spam', 'DATA')).toEqual(['refused', null]);
    expect(said('552 5.3.4 Message too big', 'DATA')).toEqual(['refused', null]);
  });
});
