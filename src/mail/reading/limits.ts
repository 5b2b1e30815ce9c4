/** What one mail may cost. Whatever lies beyond is left as a file or out, and told in `problems`; sizes in bytes. */
export const LIMITS = {
  /** Multiparts within multiparts: real mails have five. */
  depth: 30,
  parts: 500,
  /** Lines that begin with two dashes and could be a boundary. */
  dashes: 200_000,
  files: 200,
  /** The head of one part, its fields, and what is read of one of them. */
  head: 1_000_000,
  fields: 1_000,
  field: 65_536,
  /** Of all text, and all HTML, of a mail. What lies beyond is kept as a file. */
  text: 1_000_000,
  html: 1_000_000,
  /** Tags of all HTML: a thread of a year has ten thousand. */
  tags: 40_000,
  /** Tags within tags that are kept, and with how many HTML is read at all: real mails have seventy. */
  nesting: 100,
  depthOfHtml: 1_000,
  addresses: 1_000,
};

/** Collects what was wrong, each only once: ten thousand broken parts are one problem. */
export class Problems {
  readonly #told = new Set<string>();

  tell(problem: string) {
    if (this.#told.size < 50) this.#told.add(problem);
  }

  get all(): string[] {
    return [...this.#told];
  }
}
