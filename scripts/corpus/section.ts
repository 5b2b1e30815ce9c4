import type { ReadMail } from '../../src/domain/mail/message.ts';

/** What `npm run corpus` gives to each of its sections. */
export type Corpus = {
  /** The folder that was named: holds emails/, reply_text/, tnef/. */
  folder: string;
  /** Reads a mail as the program does and keeps count of time, memory and failures. Null when it could not be read. */
  read(name: string, raw: Buffer): Promise<ReadMail | null>;
  /** Names of cases that missed are shown with --missed; nothing else of a mail ever is. */
  missed(section: string, name: string, what: string): void;
};

export type Score = {
  /** 'attachment names' */
  name: string;
  right: number;
  of: number;
  /** The share asked for, in per cent; none where it is only told. */
  least?: number;
};

export type Section = {
  name: string;
  score(corpus: Corpus): Promise<Score[]>;
};
