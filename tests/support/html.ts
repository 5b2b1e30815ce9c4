import { type Cheerio, load } from 'cheerio';
import type { Element } from 'domhandler';
import { Form } from './form.ts';
import { matches, type Name, squeeze } from './text.ts';

/** Roles that tests ask for, by the elements that carry them without saying so. */
const ROLES: Record<string, string> = {
  alert: '[role=alert]',
  status: '[role=status], output',
  button: 'button, input[type=submit], input[type=button], [role=button]',
  link: 'a[href], [role=link]',
  heading: 'h1, h2, h3, h4, h5, h6, [role=heading]',
  textbox: 'textarea, input:not([type]), input[type=text], input[type=email], input[type=search]',
  checkbox: 'input[type=checkbox]',
  radio: 'input[type=radio]',
  combobox: 'select',
  table: 'table',
  row: 'tr',
  list: 'ul, ol',
  listitem: 'li',
  navigation: 'nav, [role=navigation]',
  main: 'main, [role=main]',
  dialog: 'dialog, [role=dialog], [role=alertdialog]',
  region: 'section[aria-label], section[aria-labelledby], [role=region]',
  form: 'form',
  article: 'article',
};

/**
 * An HTML answer, read the way a person with a screen reader would: by label, role and text.
 * It is parsed as a browser parses it, so a form inside a form or a div inside a p shows.
 */
export class Page {
  readonly html: string;
  readonly url: URL;
  readonly $: ReturnType<typeof load>;

  constructor(html: string, url: string | URL = 'http://localhost/') {
    this.html = html;
    this.url = new URL(url);
    // Without scripts, what stands in <noscript> is on the page.
    this.$ = load(html, { scriptingEnabled: false });
  }

  get title(): string {
    return squeeze(this.$('head > title').text());
  }

  /** The first heading of the first rank. */
  get heading(): string {
    return squeeze(this.$('h1').first().text());
  }

  /** What can be read on the page, without scripts, templates and hidden parts, on one line. */
  get text(): string {
    return this.textOf(this.$('body'));
  }

  /** By CSS selector, for what has neither role nor label. */
  find(selector: string): Cheerio<Element> {
    return this.$(selector) as unknown as Cheerio<Element>;
  }

  has(text: Name): boolean {
    return matches(this.text, text, false);
  }

  textOf(elements: Cheerio<Element> | Element | ReturnType<Page['$']>): string {
    const copy = this.$(elements as Element).clone();
    copy.find('script, style, template, [hidden], datalist').remove();
    copy.find('small').before(' ');
    copy.find('br, p, div, li, td, th, dt, dd, h1, h2, h3, option, label, button, a').after(' ');
    return squeeze(copy.text());
  }

  all(role: string, name?: Name): Element[] {
    const selector = ROLES[role] ?? `[role=${role}]`;
    const found = (this.find(selector).toArray() as Element[]).filter(element => this.isShown(element));
    return name === undefined ? found : found.filter(element => matches(this.nameOf(element), name));
  }

  /** The one element of that role and name; throws with the names there are. */
  role(role: string, name?: Name): Element {
    return this.one(this.all(role, name), `${role} ${name ?? ''}`, () =>
      this.all(role).map(element => this.nameOf(element)),
    );
  }

  link(name: Name): string {
    return this.$(this.role('link', name)).attr('href') ?? '';
  }

  /** The text of each message of that kind: `page.alerts` for errors, `page.notices` for flashes. */
  get alerts(): string[] {
    return this.all('alert').map(element => this.textOf(element));
  }

  get notices(): string[] {
    return this.all('status').map(element => this.textOf(element));
  }

  /** The control under this label. Of radio buttons, each has its own label and the group its legend. */
  control(label: Name, within?: Element): Element {
    const controls = this.controls(within);
    const found = controls.filter(element => matches(this.nameOf(element), label));
    return this.one(found, `control labelled ${label}`, () => controls.map(each => this.nameOf(each)));
  }

  controls(within?: Element): Element[] {
    const scope = within ? this.$(within) : this.find('body');
    const inside = scope.find('input, select, textarea').toArray();
    const id = within?.attribs.id;
    const beside = id ? this.$(`[form="${id}"]`).filter('input, select, textarea').toArray() : [];
    return [...inside, ...beside].filter(element => element.attribs.type !== 'hidden');
  }

  /** A form by its address, by the text of one of its buttons, or by its accessible name. */
  form(which: Name | { action: string }): Form {
    const forms = this.$('form').toArray();
    const found = forms.filter(form =>
      typeof which === 'object' && 'action' in which
        ? new URL(form.attribs.action ?? '', this.url).pathname === which.action
        : this.buttonsOf(form).some(button => matches(this.nameOf(button), which as Name)) ||
          ((form.attribs['aria-label'] ?? form.attribs['aria-labelledby'])
            ? matches(this.nameOf(form), which as Name)
            : false),
    );
    const wanted = typeof which === 'object' && 'action' in which ? which.action : which;
    return this.formFrom(
      this.one(found, `form ${wanted}`, () => forms.map(each => each.attribs.action ?? '')),
    );
  }

  formFrom(element: Element): Form {
    return new Form(this, element);
  }

  formOf(element: Element): Element | undefined {
    const id = element.attribs.form;
    return (id ? this.$(`form#${id}`) : this.$(element).closest('form')).toArray()[0] as Element | undefined;
  }

  buttonsOf(form: Element): Element[] {
    return this.all('button').filter(button => this.formOf(button) === form);
  }

  /** The accessible name, near enough: label, aria-label(ledby), alternative text, own text, title. */
  nameOf(element: Element): string {
    const { attribs, name } = element;
    if (attribs['aria-labelledby']) {
      const ids = attribs['aria-labelledby'].split(/\s+/);
      return squeeze(ids.map(id => this.textOf(this.$(`[id="${id}"]`))).join(' '));
    }
    if (attribs['aria-label']) return squeeze(attribs['aria-label']);
    if (['input', 'select', 'textarea'].includes(name)) return this.labelOf(element);
    const images = this.$(element).find('img[alt]').toArray();
    // A picture of a key or a face is not part of what the button is called.
    const spoken = this.$(element).clone();
    spoken.find('[aria-hidden=true]').remove();
    const words = [this.textOf(spoken as Cheerio<Element>), ...images.map(image => image.attribs.alt ?? '')];
    return squeeze(words.join(' ')) || squeeze(attribs.title ?? '');
  }

  isShown(element: Element): boolean {
    return this.$(element).closest('[hidden], template, [aria-hidden=true]').length === 0;
  }

  private labelOf(element: Element): string {
    const { id, type, value, title, placeholder } = element.attribs;
    if (type === 'submit' || type === 'button') return squeeze(value ?? '');
    const outside = id ? this.$(`label[for="${id}"]`) : this.$([]);
    const label = outside.length > 0 ? outside : this.$(element).closest('label');
    const copy = label.clone();
    copy.find('select, textarea').remove();
    return this.textOf(copy as Cheerio<Element>) || squeeze(title ?? placeholder ?? '');
  }

  private one(found: Element[], wanted: string, others: () => string[]): Element {
    if (found.length === 1 && found[0]) return found[0];
    const list = others()
      .filter(Boolean)
      .map(name => `\n  ${name}`)
      .join('');
    throw new Error(
      `${found.length === 0 ? 'No' : found.length} ${wanted} on ${this.url.pathname} "${this.title}". There are:${list || ' none'}`,
    );
  }
}
