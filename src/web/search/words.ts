import type { Hint } from '../../domain/search/parsing.ts';
import type { Translate } from '../../platform/translating.ts';

/** What was not understood, said to whoever typed it. */
export function hintWords(hints: readonly Hint[], t: Translate): string[] {
  return hints.map(hint => {
    if (hint.about === 'operator')
      return t('“{{text}}” is no filter, so it was searched as a word.', { text: hint.text });
    if (hint.about === 'empty')
      return t('Say what to look for after “{{operator}}:”.', { operator: hint.operator });
    return t('“{{operator}}:” does not know “{{text}}”.', { operator: hint.operator, text: hint.text });
  });
}
