/** The first line of mails that can be answered, in the recipient's language. Everything below it is quoted by whoever answers. */
export const ANSWER_LINE = 'Write your answer above this line. It goes straight to the ticket.';

/** In plain text the line stands between these, so that it is known in any language and after any quoting. */
const BEFORE = '##-';
const AFTER = '-##';

export const markedLine = (sentence: string) => `${BEFORE} ${sentence} ${AFTER}`;

/** What stands before it on the line is what mail programs quote with. */
const MARKED = /^[\s>|*]*##- .{1,300} -##[\s*]*$/;
export const isMarkedLine = (line: string) => MARKED.test(line);
