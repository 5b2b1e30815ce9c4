import { format } from 'prettier';

/**
 * Prettier with prettier-plugin-ejs reads EJS between tags, but not inside one:
 * `<p <% if (it.x) { %>hidden<% } %>>`. There each piece is replaced by a word of the same length
 * first, which Prettier takes for an attribute or a part of a value, and put back afterwards.
 * Code of several lines is its writer's to lay out: it is kept to the letter.
 */
export async function formatTemplate(source: string): Promise<string> {
  const { text, pieces } = protect(source);
  const formatted = await format(text, {
    parser: 'html',
    plugins: ['prettier-plugin-ejs'],
    printWidth: 110,
    htmlWhitespaceSensitivity: 'css',
  });
  const restored = formatted.replace(
    /<!--ejs(\d+)-->|ejs(\d+)z_*/gi,
    (word, block, piece) => pieces[Number(block ?? piece)] ?? word,
  );
  const result = restored.replace(/<%[\s\S]*?%>/g, joinStrings);
  if (codeOf(result) !== codeOf(source)) throw new Error('formatting would change its code');
  return result;
}

function protect(source: string): { text: string; pieces: string[] } {
  const pieces: string[] = [];
  const hide = (part: string) =>
    part.replace(/<%[\s\S]*?%>/g, piece => {
      pieces.push(piece);
      return `ejs${pieces.length - 1}z`.padEnd(piece.length, '_');
    });
  // EJS and comments between tags first, so that a "<" or quote in them opens nothing.
  const part =
    /<%[\s\S]*?%>|<!--[\s\S]*?-->|<\/?[a-z](?:<%[\s\S]*?%>|"(?:<%[\s\S]*?%>|[^"])*"|'(?:<%[\s\S]*?%>|[^'])*'|[^>"'])*>/gi;
  const text = source.replace(part, tag => {
    if (tag.startsWith('<%') && tag.includes('\n')) return `<!--ejs${pieces.push(tag) - 1}-->`;
    if (tag.startsWith('<%') || tag.startsWith('<!')) return tag;
    return apart(hide(tag));
  });
  return {
    text: text.replace(/(?<=<(title|textarea)\b[^>]*>)[\s\S]*?(?=<\/\1>)/gi, content => hide(content)),
    pieces,
  };
}

/** Prettier fills lines of text, the words of a quoted string in `<%= it.t('…') %>` among them: such a string is one line. */
const joinStrings = (code: string) =>
  code.replace(/'(?:[^'\\]|\\.)*'/g, string => string.replace(/\s*\n\s*/g, ' '));

/** Outside of a value a piece may touch its neighbours; as an attribute it must stand alone. */
function apart(tag: string): string {
  return tag.replace(/("[^"]*"|'[^']*')|(ejs\d+z_*)/g, (all, quoted?: string) => quoted ?? ` ${all} `);
}

/** All code of a template without its spaces: what formatting must never touch. */
const codeOf = (source: string) => (source.match(/<%[\s\S]*?%>/g) ?? []).join('').replace(/\s+/g, '');
