import { createServer, type RequestListener } from 'node:http';
import { expect, test } from 'vitest';
import { Page } from '../html.ts';
import { file, visitor } from '../visitor.ts';

const FORM = `<!doctype html><html><head><title>New ticket</title></head>
<body hx-headers:inherited='{"X-CSRF-Token":"token-1"}'><main><h1>New <em>ticket</em></h1>
<form method="post" action="/tickets" enctype="multipart/form-data">
  <input type="hidden" name="_csrf" value="token-1"><input type="hidden" name="key" value="k-1">
  <label for="subject">What is wrong?</label><input id="subject" name="subject" value="was here">
  <label>Details <textarea name="details">
first line</textarea></label>
  <label for="c">Category</label><select id="c" name="category"><option value="">Choose</option><option value="7">Hardware</option></select>
  <fieldset><legend>How much does it stop you?</legend>
    <label><input type="radio" name="impact" value="low" checked> A little</label>
    <label><input type="radio" name="impact" value="high"> A lot</label></fieldset>
  <label><input type="checkbox" name="copy"> Send me a copy</label>
  <label for="f">Attach files</label><input id="f" type="file" name="files" multiple>
  <input name="never" disabled value="x">
  <button type="submit" name="then" value="open">Send ticket</button>
  <button type="submit" formaction="/drafts">Save draft</button>
</form><form action="/search"><label>Search<input name="q"></label><button type="submit">Find</button></form>
<a href="/tickets/1">See it</a><p role="alert">Not <b>sent</b></p><p hidden>secret</p></main></body></html>`;

const seen: { url: string; headers: Record<string, unknown>; body: string }[] = [];
const app: RequestListener = (req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    seen.push({
      url: `${req.method} ${req.url}`,
      headers: req.headers,
      body: Buffer.concat(chunks).toString(),
    });
    if (req.method === 'POST') {
      res.writeHead(303, { location: '/tickets/1', 'set-cookie': ['flash=sent; Path=/', 'old=; Max-Age=0'] });
      return res.end();
    }
    res.setHeader('set-cookie', 'old=1; HttpOnly');
    res.setHeader('content-type', 'text/html; charset=utf-8');
    return res.end(FORM);
  });
};

test('a page is read by title, heading, label, role and text', () => {
  const page = new Page(FORM);
  expect(page.title).toBe('New ticket');
  expect(page.heading).toBe('New ticket');
  expect(page.alerts).toEqual(['Not sent']);
  expect(page.has('secret')).toBe(false);
  expect(page.link('See it')).toBe('/tickets/1');
  expect(() => page.role('button', 'Delete')).toThrow(/Send ticket/);
});

test('a visitor fills a form with files and is led on, as without JavaScript', async () => {
  const anna = await visitor(app);
  await anna.get('/tickets/new');
  anna.fill({
    'What is wrong?': 'Printer smokes',
    Category: 'Hardware',
    'How much does it stop you?': 'A lot',
    'Send me a copy': true,
    'Attach files': [file('ä ß.txt', 'smoke')],
  });
  expect(anna.form('Send ticket').values).toMatchObject({
    _csrf: 'token-1',
    key: 'k-1',
    category: '7',
    impact: 'high',
    copy: 'on',
    details: 'first line',
  });
  expect(anna.form('Send ticket').values).not.toHaveProperty('never');
  await anna.click('Send ticket');
  expect(anna.trail).toEqual(['POST /tickets 303', 'GET /tickets/1 200']);
  const post = seen.find(each => each.url === 'POST /tickets');
  expect(post?.body).toContain('filename="ä ß.txt"');
  expect(post?.body).toMatch(/name="then"\r\n\r\nopen/);
  expect(post?.headers).toMatchObject({
    cookie: 'old=1',
    'sec-fetch-site': 'same-origin',
    origin: anna.origin,
  });
  expect(seen.at(-1)?.headers.cookie).toBe('flash=sent');
});

test('a button may send its form elsewhere, and a search goes into the address', async () => {
  const anna = await visitor(app);
  await anna.get('/tickets/new');
  await anna.click('Save draft');
  expect(anna.trail[0]).toBe('POST /drafts 303');
  anna.fill({ Search: 'paper jam' });
  await anna.click('Find');
  expect(anna.path).toBe('/search?q=paper+jam');
});

test('a partial request carries the token of the page and names its target', async () => {
  const anna = await visitor(app);
  await anna.get('/tickets/new');
  await anna.partial('/tickets/1/closure', { target: 'form#ticket-1-closure', fields: { reason: 'done' } });
  expect(seen.at(-1)).toMatchObject({
    url: 'POST /tickets/1/closure',
    body: 'reason=done',
    headers: {
      'x-csrf-token': 'token-1',
      'hx-request-type': 'partial',
      'hx-target': 'form#ticket-1-closure',
    },
  });
});

test('a visitor may also be pointed at a server that runs already', async () => {
  const server = createServer(app);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const anna = await visitor({ url: `http://127.0.0.1:${port}/anything` });
  await anna.get('/');
  expect(anna.status).toBe(200);
  server.close();
});
