import { foldLexicon } from '../domain/search/lexicon.ts';
import type { Job } from './job.ts';

export const foldWords: Job = ({ ctx }) => foldLexicon(ctx);
