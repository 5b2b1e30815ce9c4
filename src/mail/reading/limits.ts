/** What one mail may cost. Whatever lies beyond is left as a file or out, and told in `problems`; sizes in bytes. */
export const LIMITS = {
  /** Multiparts within multiparts: real mails have five. */
  depth: 30,
  parts: 500,
  files: 200,
  /** Fields of one part, and what is read of one of them. */
  fields: 1_000,
  field: 65_536,
  /** Bodies beyond are kept as a file, their beginning as text. */
  text: 1_000_000,
  html: 1_500_000,
  /** Tags within tags. */
  nesting: 100,
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
