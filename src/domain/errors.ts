/** What can go wrong, in words of the domain. Each edge maps these to its own protocol once. */
export class DomainError extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** Absent, or not for this person: nobody can tell which. */
export class NotFound extends DomainError {}

/** The person can see it and may not do this with it. */
export class Forbidden extends DomainError {}

export class Unauthenticated extends DomainError {}

export type FieldErrors = Record<string, string>;

/** Input that the person can correct: a message a field, in the person's language. */
export class Invalid extends DomainError {
  readonly errors: FieldErrors;

  constructor(errors: FieldErrors) {
    super(Object.values(errors)[0] ?? 'Invalid input');
    this.errors = errors;
  }
}

export type FieldConflict = { field: string; was: unknown; theirs: unknown; yours: unknown };

/** Somebody else changed the same thing meanwhile; nothing was written. */
export class Conflict extends DomainError {
  readonly conflicts: FieldConflict[];

  constructor(conflicts: FieldConflict[]) {
    super('Somebody else changed this meanwhile');
    this.conflicts = conflicts;
  }
}

/** Over a limit. `retryAfterSeconds` says when it is worth another try. */
export class TooMany extends DomainError {
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super('Too many requests');
    this.retryAfterSeconds = Math.max(1, Math.ceil(retryAfterSeconds));
  }
}

/** Something outside does not answer. Nothing was written. */
export class Unavailable extends DomainError {
  readonly retryAfterSeconds: number = 5;
}

/** No room to store what was sent. */
export class StorageFull extends DomainError {}

/** Larger than the limit allows. */
export class TooLarge extends DomainError {}
