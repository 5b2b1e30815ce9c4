/**
 * How long the first questions of a request (its session, its person) may take. A database that has stopped without
 * closing its connections answers nothing and breaks nothing: whoever comes then is told so quickly.
 */
export const FIRST_ANSWER_MS = 2_000;
