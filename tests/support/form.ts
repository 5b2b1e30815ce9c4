import type { Element } from 'domhandler';
import type { Page } from './html.ts';
import { matches, type Name } from './text.ts';

export type Value = string | boolean | string[] | File | File[];

/** What a browser would send: not yet sent. */
export type Submission = {
  method: 'GET' | 'POST';
  url: URL;
  encoding: 'urlencoded' | 'multipart';
  entries: [string, string | File][];
};

/**
 * A form as a browser without JavaScript holds it: what the server put there, changed by `fill`.
 * Hidden fields (token, idempotency key, version) go along by themselves.
 */
export class Form {
  readonly page: Page;
  readonly element: Element;
  private readonly filled = new Map<Element, Value>();

  constructor(page: Page, element: Element) {
    this.page = page;
    this.element = element;
  }

  /**
   * By label: text for a field, an option's text (or several) for a list, true or false for a box,
   * a radio button's label under its legend, `file(…)` or several for a file field.
   */
  fill(values: Record<string, Value>): this {
    for (const [label, value] of Object.entries(values)) this.put(label, value);
    return this;
  }

  /** Whether there is something to fill under that label. */
  has(label: string): boolean {
    const controls = this.page.controls(this.element);
    return (
      this.radioGroup(label) !== undefined || controls.some(each => matches(this.page.nameOf(each), label))
    );
  }

  /** By field name, for what has no label: a hidden field that an attacker would change. */
  set(name: string, value: Value): this {
    const found = this.controls().filter(each => each.attribs.name === name);
    if (found.length === 0) throw new Error(`No field named ${name} in this form`);
    for (const element of found) this.filled.set(element, value);
    return this;
  }

  /** What the form says now, by field name, the way the server will see it. */
  get values(): Record<string, string> {
    const texts = this.entries().map(([name, value]) => [
      name,
      typeof value === 'string' ? value : value.name,
    ]);
    return Object.fromEntries(texts) as Record<string, string>;
  }

  /** What pressing that button (or the first one) sends. */
  submission(button?: Name): Submission {
    const buttons = this.page.buttonsOf(this.element).filter(isSubmit);
    const pressed =
      button === undefined ? buttons[0] : buttons.find(each => matches(this.page.nameOf(each), button));
    if (button !== undefined && !pressed) throw new Error(`No button ${button} in this form`);
    if (pressed && 'disabled' in pressed.attribs) throw new Error(`The button ${button} is disabled`);
    const setting = (name: string) => pressed?.attribs[`form${name}`] ?? this.element.attribs[name];
    const method = (setting('method') ?? 'get').toUpperCase() === 'POST' ? 'POST' : 'GET';
    const url = new URL(setting('action') || this.page.url.href, this.page.url);
    const encoding = setting('enctype') === 'multipart/form-data' ? 'multipart' : 'urlencoded';
    const entries = this.entries();
    if (pressed?.attribs.name) entries.push([pressed.attribs.name, pressed.attribs.value ?? '']);
    return { method, url, encoding, entries };
  }

  private put(label: string, value: Value): void {
    const group = this.radioGroup(label);
    if (group && typeof value === 'string') {
      const chosen = group.find(radio => matches(this.page.nameOf(radio), value));
      if (!chosen) throw new Error(`No choice "${value}" under "${label}"`);
      for (const radio of group) this.filled.set(radio, radio === chosen);
      return;
    }
    const element = this.page.control(label, this.element);
    if (element.name === 'select') return void this.filled.set(element, this.optionValues(element, value));
    if (element.attribs.type === 'radio') {
      for (const radio of this.controls().filter(each => sameGroup(each, element))) {
        this.filled.set(radio, radio === element);
      }
      return;
    }
    this.filled.set(element, value);
  }

  private radioGroup(label: string): Element[] | undefined {
    const { page } = this;
    const groups = page.$(this.element).find('fieldset, [role=radiogroup]').toArray();
    const named = groups.find(group => {
      const legend = page.$(group).children('legend');
      return matches(legend.length > 0 ? page.textOf(legend) : page.nameOf(group), label);
    });
    const radios = named && page.$(named).find('input[type=radio]').toArray();
    return radios && radios.length > 0 ? radios : undefined;
  }

  private optionValues(select: Element, value: Value): string[] {
    const options = this.page.$(select).find('option').toArray();
    return [value].flat().map(wanted => {
      const text = String(wanted);
      const option =
        options.find(each => matches(this.page.textOf(each), text)) ??
        options.find(each => each.attribs.value === text);
      if (option) return optionValue(this.page, option);
      const there = options.map(each => this.page.textOf(each)).join(', ');
      throw new Error(`No option "${text}" in "${this.page.nameOf(select)}". There are: ${there}`);
    });
  }

  /** All controls of the form, hidden ones and those outside that name it among them. */
  private controls(): Element[] {
    const all = this.page.$('input, select, textarea').toArray();
    return all.filter(element => this.page.formOf(element) === this.element);
  }

  /** The "successful controls" of the HTML standard, in document order. */
  private entries(): [string, string | File][] {
    return this.controls().flatMap(element => {
      const { name, type } = element.attribs;
      if (!name || this.isDisabled(element)) return [];
      if (['submit', 'button', 'image', 'reset'].includes(type ?? '')) return [];
      return this.valuesOf(element).map((value): [string, string | File] => [name, value]);
    });
  }

  private valuesOf(element: Element): (string | File)[] {
    const given = this.filled.get(element);
    const { type, value = '' } = element.attribs;
    if (type === 'checkbox' || type === 'radio') {
      const checked = given === undefined ? 'checked' in element.attribs : given === true;
      return checked ? [element.attribs.value ?? 'on'] : [];
    }
    if (type === 'file') {
      const files = given === undefined ? [] : ([given].flat() as File[]);
      return files.length > 0 ? files : [new File([], '', { type: 'application/octet-stream' })];
    }
    if (element.name === 'select') return (given as string[] | undefined) ?? this.selected(element);
    const initial = element.name === 'textarea' ? this.page.$(element).text() : value;
    return [newlines(given === undefined ? initial : String(given))];
  }

  private selected(select: Element): string[] {
    const options = this.page.$(select).find('option').toArray();
    const chosen = options.filter(option => 'selected' in option.attribs);
    if ('multiple' in select.attribs) return chosen.map(option => optionValue(this.page, option));
    const one = chosen.at(-1) ?? options.find(option => !('disabled' in option.attribs));
    return one ? [optionValue(this.page, one)] : [];
  }

  private isDisabled(element: Element): boolean {
    return 'disabled' in element.attribs || this.page.$(element).closest('fieldset[disabled]').length > 0;
  }
}

/** A file to attach: `file('photo.png', bytes, 'image/png')`. */
export const file = (name: string, content: string | Uint8Array, type = 'text/plain') =>
  new File([typeof content === 'string' ? content : new Uint8Array(content)], name, { type });

const isSubmit = (button: Element) => (button.attribs.type ?? 'submit') === 'submit';
const sameGroup = (a: Element, b: Element) => a.attribs.type === 'radio' && a.attribs.name === b.attribs.name;
const optionValue = (page: Page, option: Element) => option.attribs.value ?? page.textOf(option);

/** Browsers send lines ended by CR LF, whatever the page used. */
const newlines = (text: string) => text.replace(/\r\n?|\n/g, '\r\n');
