import { createServer, type IncomingHttpHeaders, type RequestListener, request } from 'node:http';
import type { Element } from 'domhandler';
import type { Form, Submission, Value } from './form.ts';
import { Page } from './html.ts';
import type { Name } from './text.ts';

export { file } from './form.ts';

export type Target = RequestListener | { url: string };

export type Reply = {
  status: number;
  headers: IncomingHttpHeaders;
  url: URL;
  body: Buffer;
  text: string;
};

type Sent = { method?: string; headers?: Record<string, string>; body?: Buffer | string };

export type VisitorOptions = { language?: string; headers?: Record<string, string> };

/**
 * A person with a plain browser and no JavaScript in front of the application: keeps cookies,
 * follows links and redirects, fills and sends forms.
 * `app` is an Express application (it then listens on loopback, once for all visitors) or an address.
 */
export async function visitor(app: Target, options: VisitorOptions = {}): Promise<Visitor> {
  return new Visitor(await originOf(app), options);
}

export class Visitor {
  readonly origin: string;
  readonly cookies = new Map<string, string>();
  /** Every address of the last navigation, redirects included, with its status: `POST /tickets 303`. */
  trail: string[] = [];
  private readonly options: VisitorOptions;
  private current: Page | undefined;
  private reply: Reply | undefined;
  private forms = new Map<Element, Form>();

  constructor(origin: string, options: VisitorOptions = {}) {
    this.origin = origin;
    this.options = options;
  }

  /** The page in front of the person. */
  get html(): Page {
    if (!this.current) throw new Error('No page yet: get one first');
    return this.current;
  }

  get status(): number {
    return this.last.status;
  }

  get headers(): IncomingHttpHeaders {
    return this.last.headers;
  }

  get url(): URL {
    return this.html.url;
  }

  /** Path and query of the page. */
  get path(): string {
    return this.url.pathname + this.url.search;
  }

  private get last(): Reply {
    if (!this.reply) throw new Error('No answer yet: get a page first');
    return this.reply;
  }

  /** Types an address. Follows redirects; the status of the last answer is `status`. */
  async get(path: string): Promise<Page> {
    return this.navigate(new URL(path, this.origin), {}, 'none');
  }

  /** Follows the link, or presses the button of a form with what `fill` put there, of that name. */
  async click(name: Name): Promise<Page> {
    const buttons = this.html.all('button', name);
    const links = this.html.all('link', name);
    if (buttons.length + links.length === 0) this.html.role('button', name);
    if (buttons.length === 0) {
      return this.navigate(new URL(this.html.link(name), this.url), { headers: { referer: this.url.href } });
    }
    const element = this.html.role('button', name);
    const form = this.html.formOf(element);
    if (!form) throw new Error(`The button ${name} belongs to no form: it does nothing without JavaScript`);
    return this.submit(this.formFor(form), name);
  }

  /** Fills controls by label, in whichever form they are; `click` then sends. See `Form.fill`. */
  fill(values: Record<string, Value>): this {
    const forms = this.html
      .find('form')
      .toArray()
      .map(element => this.formFor(element));
    for (const [label, value] of Object.entries(values)) {
      const takers = forms.filter(form => accepts(form, label, value));
      if (takers.length > 1) throw new Error(`"${label}" is in ${takers.length} forms: use form(…).fill`);
      if (takers.length === 0) this.html.control(label);
    }
    return this;
  }

  /** One form of several, by a button's text or by address: `anna.form('Send reply').fill({…})`. */
  form(which: Name | { action: string }): Form {
    return this.formFor(this.html.form(which).element);
  }

  async submit(form: Form, button?: Name): Promise<Page> {
    return this.send(form.submission(button));
  }

  async send({ method, url, encoding, entries }: Submission): Promise<Page> {
    const headers = { referer: this.url.href };
    if (method === 'GET') {
      url.search = asQuery(entries);
      return this.navigate(url, { headers });
    }
    const { type, body } = await encode(entries, encoding);
    return this.navigate(url, {
      method,
      headers: { ...headers, origin: this.origin, 'content-type': type },
      body,
    });
  }

  /**
   * What htmx would send: a request for a part, with the token of the page's body. The page stays as
   * it is; the answer is returned.
   */
  async partial(
    path: string,
    { target = 'main', fields, method = fields ? 'POST' : 'GET' }: PartialOptions = {},
  ): Promise<PartialReply> {
    const headers: Record<string, string> = {
      ...inherited(this.html),
      'hx-request': 'true',
      'hx-request-type': 'partial',
      'hx-target': target,
      'hx-current-url': this.url.href,
      accept: 'text/html',
      'sec-fetch-mode': 'cors',
      'sec-fetch-dest': 'empty',
      'sec-fetch-site': 'same-origin',
    };
    const entries = Object.entries(fields ?? {});
    const encoded = method === 'POST' ? await encode(entries, 'urlencoded') : undefined;
    if (encoded) Object.assign(headers, { origin: this.origin, 'content-type': encoded.type });
    const url = new URL(path, this.url);
    const reply = await this.request(url, { method, headers, ...(encoded && { body: encoded.body }) });
    return { ...reply, html: new Page(reply.text, url) };
  }

  /** One request with this person's cookies, no redirect followed, no page changed. */
  async request(path: string | URL, { method = 'GET', headers = {}, body }: Sent = {}): Promise<Reply> {
    const url = new URL(path, this.origin);
    const sent = {
      'accept-language': this.options.language ?? 'en',
      'user-agent': 'Visitor',
      ...this.options.headers,
      ...headers,
      ...(this.cookies.size > 0 && { cookie: [...this.cookies].map(pair => pair.join('=')).join('; ') }),
    };
    const reply = await exchange(url, { method, headers: sent, ...(body !== undefined && { body }) });
    for (const cookie of reply.headers['set-cookie'] ?? []) this.keep(cookie);
    return reply;
  }

  private async navigate(start: URL, first: Sent, site = 'same-origin'): Promise<Page> {
    let url = start;
    let sent = first;
    this.trail = [];
    for (let hops = 0; hops < 10; hops += 1) {
      const reply = await this.request(url, { ...sent, headers: { ...navigation(site), ...sent.headers } });
      this.trail.push(`${sent.method ?? 'GET'} ${url.pathname}${url.search} ${reply.status}`);
      const to = reply.status >= 300 && reply.status < 400 ? reply.headers.location : undefined;
      if (!to) return this.show(reply);
      url = new URL(to, url);
      if (url.origin !== this.origin) throw new Error(`Led away to ${url.origin}: ${this.trail.join(', ')}`);
      if (reply.status < 307)
        sent = { headers: { ...(sent.headers?.referer && { referer: sent.headers.referer }) } };
    }
    throw new Error(`Too many redirects: ${this.trail.join(', ')}`);
  }

  private show(reply: Reply): Page {
    this.reply = reply;
    const isPage = /^text\/html/.test(reply.headers['content-type'] ?? '');
    this.current = new Page(isPage ? reply.text : '', reply.url);
    this.forms = new Map();
    return this.current;
  }

  private formFor(element: Element): Form {
    let form = this.forms.get(element);
    if (!form) {
      form = this.html.formFrom(element);
      this.forms.set(element, form);
    }
    return form;
  }

  private keep(header: string): void {
    const [pair = '', ...attributes] = header.split(/;\s*/);
    const at = pair.indexOf('=');
    const name = pair.slice(0, at);
    const dead = attributes.some(
      each =>
        /^max-age=(0|-)/i.test(each) || (/^expires=/i.test(each) && Date.parse(each.slice(8)) < Date.now()),
    );
    if (dead) this.cookies.delete(name);
    else this.cookies.set(name, pair.slice(at + 1));
  }
}

export type PartialOptions = { target?: string; fields?: Record<string, string>; method?: 'GET' | 'POST' };
export type PartialReply = Reply & { html: Page };

function accepts(form: Form, label: string, value: Value): boolean {
  if (!form.has(label)) return false;
  form.fill({ [label]: value });
  return true;
}

/** A file in such a form sends its name only, as in a browser. */
const asQuery = (entries: [string, string | File][]) =>
  new URLSearchParams(
    entries.map(([name, value]): [string, string] => [name, typeof value === 'string' ? value : value.name]),
  ).toString();

const navigation = (site: string) => ({
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': site,
  'sec-fetch-user': '?1',
});

/** The headers that htmx adds to each request below the body, the token among them. */
function inherited(page: Page): Record<string, string> {
  const body = page.find('body').attr('hx-headers:inherited');
  return body ? (JSON.parse(body) as Record<string, string>) : {};
}

async function encode(entries: [string, string | File][], encoding: Submission['encoding']) {
  if (encoding === 'urlencoded') {
    return { type: 'application/x-www-form-urlencoded', body: Buffer.from(asQuery(entries)) };
  }
  const data = new FormData();
  for (const [name, value] of entries) data.append(name, value);
  const response = new Response(data);
  return {
    type: response.headers.get('content-type') ?? '',
    body: Buffer.from(await response.arrayBuffer()),
  };
}

function exchange(url: URL, { method, headers, body }: Sent): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': `${Buffer.byteLength(body)}` };
    // A server may refuse before it has read all: once it answers, a broken upload is no failure.
    let answered = false;
    const sending = request(url, { method, headers: { ...headers, ...length } }, answer => {
      answered = true;
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const whole = Buffer.concat(chunks);
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          url,
          body: whole,
          text: whole.toString('utf8'),
        });
      });
    });
    sending.setTimeout(15_000, () => sending.destroy(new Error(`No answer within 15 s: ${method} ${url}`)));
    sending.on('error', error => {
      if (!answered) reject(error);
    });
    sending.end(body);
  });
}

const servers = new WeakMap<RequestListener, Promise<string>>();

/** Where the application listens; the server does not keep the test process alive. */
export function originOf(app: Target): Promise<string> {
  if (typeof app !== 'function') return Promise.resolve(new URL(app.url).origin);
  let origin = servers.get(app);
  if (!origin) {
    origin = new Promise((resolve, reject) => {
      const server = createServer(app);
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        server.unref();
        resolve(`http://127.0.0.1:${address && typeof address === 'object' ? address.port : 0}`);
      });
    });
    servers.set(app, origin);
  }
  return origin;
}
