import {
  createCipheriv,
  createECDH,
  createPrivateKey,
  hkdfSync,
  randomBytes,
  sign as signWith,
} from 'node:crypto';

/** Where a browser listens, as it told us: its push service's address and the keys that seal what is sent there. */
export type PushTarget = { endpoint: string; p256dh: string; auth: string };
/** How push services know who sends (RFC 8292): a P-256 pair, base64url, and whom to ask when something is wrong. */
export type PushSender = { publicKey: string; privateKey: string; subject: string };
/** `gone` is for good: the browser has turned it off. `refused` will not become better by asking again. */
export type PushOutcome = 'sent' | 'gone' | 'later' | 'refused';

export type PushClient = {
  send(
    target: PushTarget,
    payload: string,
    sender: PushSender,
    options?: { topic?: string },
  ): Promise<PushOutcome>;
};

const TIMEOUT_MS = 10_000;
/** Kept that long for a browser that is away. */
const TTL_SECONDS = 12 * 3_600;
const RECORD_BYTES = 4_096;
/** Everything is padded to this, so that its length tells nothing. */
const PADDED_BYTES = 512;

/** Speaks the Web Push protocol (RFC 8030). It goes where it is told and follows no redirect: check the address before. */
export function createPushClient({ fetch: ask = fetch, timeoutMs = TIMEOUT_MS } = {}): PushClient {
  return {
    async send(target, payload, sender, { topic } = {}) {
      try {
        const answer = await ask(target.endpoint, {
          method: 'POST',
          redirect: 'manual',
          signal: AbortSignal.timeout(timeoutMs),
          headers: {
            Authorization: authorization(target.endpoint, sender, Date.now()),
            'Content-Encoding': 'aes128gcm',
            'Content-Type': 'application/octet-stream',
            TTL: String(TTL_SECONDS),
            Urgency: 'normal',
            ...(topic ? { Topic: topic } : {}),
          },
          body: new Uint8Array(sealPush(payload, target)),
        });
        await answer.body?.cancel();
        return outcomeOf(answer.status);
      } catch {
        return 'later';
      }
    },
  };
}

function outcomeOf(status: number): PushOutcome {
  if (status >= 200 && status < 300) return 'sent';
  if (status === 404 || status === 410) return 'gone';
  return status === 429 || status >= 500 ? 'later' : 'refused';
}

/** RFC 8291 over RFC 8188: one record, readable by that browser alone. */
export function sealPush(payload: string, { p256dh, auth }: Pick<PushTarget, 'p256dh' | 'auth'>): Buffer {
  const theirs = Buffer.from(p256dh, 'base64url');
  const secret = Buffer.from(auth, 'base64url');
  const own = createECDH('prime256v1');
  const ownPublic = own.generateKeys();
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), theirs, ownPublic]);
  const material = derive(own.computeSecret(theirs), secret, info, 32);
  const salt = randomBytes(16);
  const key = derive(material, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
  const nonce = derive(material, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
  const cipher = createCipheriv('aes-128-gcm', key, nonce);
  const text = Buffer.from(payload);
  const padding = Buffer.alloc(Math.max(0, PADDED_BYTES - text.length));
  // 2 marks the last record; what follows it is padding.
  const sealed = [cipher.update(Buffer.concat([text, Buffer.from([2]), padding])), cipher.final()];
  const size = Buffer.alloc(4);
  size.writeUInt32BE(RECORD_BYTES);
  return Buffer.concat([
    salt,
    size,
    Buffer.from([ownPublic.length]),
    ownPublic,
    ...sealed,
    cipher.getAuthTag(),
  ]);
}

const derive = (material: Buffer, salt: Buffer, info: Buffer, length: number) =>
  Buffer.from(hkdfSync('sha256', material, salt, info, length));

/** RFC 8292: a token that lets us write to that push service for an hour. */
function authorization(
  endpoint: string,
  { publicKey, privateKey, subject }: PushSender,
  now: number,
): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { aud: new URL(endpoint).origin, exp: Math.floor(now / 1_000) + 3_600, sub: subject };
  const unsigned = `${part({ typ: 'JWT', alg: 'ES256' })}.${part(claims)}`;
  const point = Buffer.from(publicKey, 'base64url');
  const key = createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
      d: privateKey,
    },
  });
  const signature = signWith('sha256', Buffer.from(unsigned), { key, dsaEncoding: 'ieee-p1363' });
  return `vapid t=${unsigned}.${signature.toString('base64url')}, k=${publicKey}`;
}
