import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import type { EncryptionKey } from '../config/config.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * AES-256-GCM with named keys: the newest encrypts, all decrypt, so keys can be rotated.
 * A sealed value is `id.base64url(nonce + tag + ciphertext)`.
 */
export function createSealer(keys: EncryptionKey[]) {
  const newest = keys[0];
  if (!newest) throw new Error('No encryption key');
  return {
    encrypt(plain: string): string {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', newest.key, nonce);
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return `${newest.id}.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')}`;
    },
    decrypt(sealed: string): string {
      const [id, encoded] = sealed.split('.');
      const key = keys.find(candidate => candidate.id === id);
      if (!key || !encoded) throw new Error('Sealed with a key that is not configured');
      const bytes = Buffer.from(encoded, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', key.key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      return Buffer.concat([
        decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)),
        decipher.final(),
      ]).toString('utf8');
    },
  };
}

/** HMAC-SHA-256 under a key of its own for each purpose (HKDF, RFC 5869), as base64url. */
export function createSigner(secret: string) {
  const keys = new Map<string, Buffer>();
  return (purpose: string, text: string): string => {
    let key = keys.get(purpose);
    if (!key) {
      key = Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));
      keys.set(purpose, key);
    }
    return createHmac('sha256', key).update(text).digest('base64url');
  };
}

export function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
