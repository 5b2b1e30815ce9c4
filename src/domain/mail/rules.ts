/**
 * Which rule decided what becomes of a mail, each with the sentence that tells people. A rule says why; the fate beside
 * it says what was done: an unknown sender may be a ticket, parked or refused, as the mailbox is set.
 */
export const rules = {
  'new-ticket': 'Somebody we know wrote a new mail, so it became a ticket.',
  'unknown-sender':
    'Nobody here has the sender’s address. The mailbox says what is done with mail of unknown senders.',
  'trusted-domain': 'The sender is new here, and everybody of their domain is let in.',
  'reply-address': 'It was sent to the reply address of the ticket, by somebody the ticket knows.',
  references: 'It answers a mail of ours about the ticket, and the ticket knows the sender.',
  'key-of-another':
    'It carries the key of a ticket that does not know the sender, so it did not join. It counts as a mail of an unknown sender.',
  'unproven-coordinator':
    'It says it is from somebody of the desk and does not carry a key that was issued to them, so it did not join the ticket.',
  'sender-contradicted':
    'The mail server that took it says that the sender’s address is forged (DMARC), so a person has to look.',
  'unclear-sender': 'Who sent it cannot be told for sure from its From line, so a person has to look.',
  'no-sender': 'It names no sender at all.',
  'follow-up-of-closed': 'It answers a ticket that is closed, so it became a new ticket that follows it.',
  'closed-ticket': 'It answers a closed ticket that the sender only watched, so it became a new ticket.',
  'forwarded-by-coordinator':
    'Somebody of the desk passed it on, and proved to be who they are: whoever wrote it first is the requester.',
  'own-address': 'It comes from an address of ours, so it is ignored: answering it would go round for ever.',
  'own-message': 'It is a mail of ours that came back to us.',
  'bounce-report': 'A mail server reports what became of a mail of ours.',
  'auto-reply':
    'A machine answered (out of office, received, …). Machines are not answered, and it is no reply.',
  'auto-generated': 'A machine wrote it and says so. It became a ticket that is not answered by mail.',
  'null-path': 'It came by the empty return path, which machines use, and from nobody we know.',
  'mailing-list': 'It was sent to a mailing list.',
  'bulk-mail': 'It was sent to many people at once.',
  breaker: 'Too many mails came from this address in a short time. They wait until a person looks.',
  'breaker-overall': 'Far more mails came in than usual. They wait until a person looks.',
  suspended: 'The sender’s account is suspended or was declined, so the mail was refused without an answer.',
  duplicate: 'The same mail came before. It was handled once.',
  'too-large': 'It is larger than we take. Only its header was kept.',
  unreadable: 'It could not be read, several times over. It is kept as it came and can be tried again.',
  fault: 'Handling it failed, several times over. It is kept as it came and can be tried again.',
  approved: 'A person looked at it and let it in.',
  'refused-by-person': 'A person looked at it and refused it.',
  moved: 'A person moved it to this ticket.',
} as const;

export type Rule = keyof typeof rules;
export const isRule = (word: string): word is Rule => Object.hasOwn(rules, word);

/** The sentence of a rule, in English (the key of its translation); of one that is not known any more its name. */
export const sentenceOf = (rule: string | null): string =>
  rule === null ? '' : isRule(rule) ? rules[rule] : rule;

/** Whether the sender of a refused mail was told. */
const refusalAnswers = {
  told: 'Its sender was told.',
  'told-lately': 'Its sender was not told: once an hour at most, and never where mail comes back.',
  'too-many': 'Its sender was not told: only so many strangers an hour are.',
  unwanted: 'Its sender was not told: it is a machine, or may not be who wrote it.',
} as const;

export type RefusalAnswer = keyof typeof refusalAnswers;

/** The sentence of it, in English; nothing for a mail of which there is nothing to say. */
export const answerSentenceOf = (answer: unknown): string =>
  typeof answer === 'string' && Object.hasOwn(refusalAnswers, answer)
    ? refusalAnswers[answer as RefusalAnswer]
    : '';
