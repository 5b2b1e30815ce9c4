import http from 'node:http';

export type Figures = { p50: number; p99: number; perSecond: number; bytes: number };
export type Ask = {
  method?: 'GET' | 'POST';
  url: string;
  cookie: string;
  body?: () => string;
  expect?: number;
};

const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });

/** One request, read to the end. Milliseconds and bytes of the answer. */
export function request({
  method = 'GET',
  url,
  cookie,
  body,
  expect = 200,
}: Ask): Promise<{ ms: number; bytes: number; text: string; headers: http.IncomingHttpHeaders }> {
  const content = body?.();
  const headers: Record<string, string> = { Cookie: cookie, 'Accept-Encoding': 'identity' };
  if (content !== undefined)
    Object.assign(headers, {
      'Content-Type': 'application/x-www-form-urlencoded',
      'Content-Length': String(Buffer.byteLength(content)),
    });
  return new Promise((resolve, reject) => {
    const start = process.hrtime.bigint();
    const sent = http.request(url, { method, agent, headers }, answer => {
      const chunks: Buffer[] = [];
      answer.on('data', chunk => chunks.push(chunk));
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        if (answer.statusCode !== expect)
          return reject(new Error(`${method} ${url} answered ${answer.statusCode}: ${text.slice(0, 300)}`));
        resolve({
          ms: Number(process.hrtime.bigint() - start) / 1e6,
          bytes: Buffer.byteLength(text),
          text,
          headers: answer.headers,
        });
      });
    });
    sent.on('error', reject);
    sent.end(content);
  });
}

/** `rounds` one at a time after a warm-up, then as many as eight at once manage in `seconds`. */
export async function measure(ask: Ask, { rounds = 150, seconds = 2 } = {}): Promise<Figures> {
  // A process serves for days: what is measured is the compiled code, not the first seconds.
  for (let i = 0; i < 150; i += 1) await request(ask);
  const times: number[] = [];
  let bytes = 0;
  for (let i = 0; i < rounds; i += 1) {
    const one = await request(ask);
    times.push(one.ms);
    bytes = one.bytes;
  }
  times.sort((a, b) => a - b);
  const until = Date.now() + seconds * 1_000;
  let done = 0;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (Date.now() < until) {
        await request(ask);
        done += 1;
      }
    }),
  );
  return {
    p50: times[Math.floor(rounds * 0.5)]!,
    p99: times[Math.floor(rounds * 0.99)]!,
    perSecond: done / seconds,
    bytes,
  };
}
