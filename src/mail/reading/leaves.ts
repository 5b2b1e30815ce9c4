import type { Part } from './parts.ts';

/** What a part without children is for. */
export type Leaf = {
  part: Part;
  kind: 'text' | 'html' | 'picture' | 'file';
  /** The multipart/alternative it lies in: of that, one is read and the others say the same. */
  alternative: Part | null;
};

/** The parts of a mail in their order. */
export function leavesOf(root: Part): Leaf[] {
  const leaves: Leaf[] = [];
  const rest: { part: Part; parent: Part | null; alternative: Part | null }[] = [
    { part: root, parent: null, alternative: null },
  ];
  while (rest.length > 0) {
    const { part, parent, alternative } = rest.pop()!;
    if (part.children.length === 0) leaves.push({ part, kind: kindOf(part, parent), alternative });
    const within = part.type.value === 'multipart/alternative' ? part : alternative;
    for (const child of part.children.toReversed())
      rest.push({ part: child, parent: part, alternative: within });
  }
  return leaves;
}

function kindOf(part: Part, parent: Part | null): Leaf['kind'] {
  const type = part.type.value;
  const isNamed = Boolean(part.disposition.parameters.filename || part.type.parameters.name);
  if (part.disposition.value === 'attachment') return 'file';
  if (type.startsWith('image/')) return part.disposition.value === 'inline' ? 'picture' : 'file';
  if (parent && (isNamed || isBeside(part, parent))) return 'file';
  if (type === 'text/html') return 'html';
  if (type === '' && parent?.type.value === 'multipart/digest') return 'file';
  return type === 'text/plain' || isUnknown(type) || (!parent && type.startsWith('multipart/'))
    ? 'text'
    : 'file';
}

/** In multipart/related the first part is the text, all others belong to it; in a report and a sealed mail, too. */
const isBeside = (part: Part, parent: Part) =>
  /^multipart\/(related|report|signed|encrypted)$/.test(parent.type.value) && parent.children[0] !== part;

/** No type, or one that is no type: every reader shows it as text. */
const isUnknown = (type: string) => !/^[\w.+-]+\/[\w.+-]+$/.test(type);
