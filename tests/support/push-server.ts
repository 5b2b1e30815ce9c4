import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';

type Received = { path: string; headers: Record<string, string>; text: string };
type Behaviour = 'take' | 'gone' | 'busy' | 'hang' | 'redirect';

/**
 * A push service and its browsers: it checks the token of RFC 8292 and opens what came as the browser would
 * (RFC 8291, written here anew). `fetch` leads calls to the real services here.
 */
export async function pushService() {
  const browsers = new Map<string, { keys: ReturnType<typeof createECDH>; auth: Buffer; sender: string }>();
  const received: Received[] = [];
  const faults: string[] = [];
  const behaviours = new Map<string, Behaviour>();
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const path = req.url ?? '';
    const behaviour = behaviours.get(path) ?? 'take';
    if (behaviour === 'hang') return;
    if (behaviour === 'redirect') return res.writeHead(307, { location: '/elsewhere' }).end();
    if (behaviour !== 'take') return res.writeHead(behaviour === 'gone' ? 410 : 503).end();
    const browser = browsers.get(path);
    if (!browser) return res.writeHead(404).end();
    try {
      checkToken(String(req.headers.authorization), browser.sender);
      const text = open(Buffer.concat(chunks), browser);
      received.push({ path, headers: req.headers as Record<string, string>, text });
      res.writeHead(201).end();
    } catch (error) {
      faults.push((error as Error).message);
      res.writeHead(403).end();
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  let made = 0;
  return {
    received,
    faults,
    behave: (path: string, behaviour: Behaviour) => behaviours.set(path, behaviour),
    /** A browser that subscribes with the key of `sender`. */
    browser(sender: string) {
      made += 1;
      const path = `/wp/browser-${made}`;
      const keys = createECDH('prime256v1');
      const p256dh = keys.generateKeys().toString('base64url');
      const auth = randomBytes(16);
      browsers.set(path, { keys, auth, sender });
      const endpoint = `https://fcm.googleapis.com${path}`;
      return { path, target: { endpoint, p256dh, auth: auth.toString('base64url') } };
    },
    fetch: ((address: string, init?: RequestInit) => {
      const url = new URL(address);
      return fetch(`http://127.0.0.1:${port}${url.pathname}`, init);
    }) as typeof fetch,
  };
}

function checkToken(header: string, sender: string) {
  const [, token = '', key = ''] = /^vapid t=([^,]+), k=(.+)$/.exec(header) ?? [];
  if (key !== sender) throw new Error('The key is not the one that the browser subscribed with');
  const [head = '', body = '', signature = ''] = token.split('.');
  const point = Buffer.from(key, 'base64url');
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  };
  const publicKey = createPublicKey({ format: 'jwk', key: jwk });
  const signed = Buffer.from(signature, 'base64url');
  const isTrue = verify(
    'sha256',
    Buffer.from(`${head}.${body}`),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    signed,
  );
  if (!isTrue) throw new Error('The signature is wrong');
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, never>;
  const seconds = Number(claims.exp) - Date.now() / 1_000;
  if (claims.aud !== 'https://fcm.googleapis.com' || seconds < 0 || seconds > 86_400)
    throw new Error('The token is for another service or another day');
  if (!/^(mailto:|https:)/.test(String(claims.sub))) throw new Error('The token says nobody to ask');
}

function open(body: Buffer, { keys, auth }: { keys: ReturnType<typeof createECDH>; auth: Buffer }): string {
  const [salt, idLength] = [body.subarray(0, 16), body.readUInt8(20)];
  const theirs = body.subarray(21, 21 + idLength);
  const record = body.subarray(21 + idLength);
  if (record.length > body.readUInt32BE(16)) throw new Error('More than one record');
  const hkdf = (from: Buffer, by: Buffer, info: Buffer, size: number) =>
    Buffer.from(hkdfSync('sha256', from, by, info, size));
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), keys.getPublicKey(), theirs]);
  const material = hkdf(keys.computeSecret(theirs), auth, info, 32);
  const key = hkdf(material, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
  const nonce = hkdf(material, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
  const decipher = createDecipheriv('aes-128-gcm', key, nonce);
  decipher.setAuthTag(record.subarray(-16));
  const padded = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
  const end = padded.lastIndexOf(2);
  return padded.subarray(0, end).toString();
}
