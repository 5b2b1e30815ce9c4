/** format=flowed (RFC 3676): lines that end with a space go on in the next one of the same quote depth. */
export function unflow(text: string, { delsp }: { delsp: boolean }): string {
  const out: string[] = [];
  let paragraph: { depth: number; text: string } | null = null;
  for (const line of text.split('\n')) {
    const depth = /^>*/.exec(line)![0].length;
    const content = line.slice(depth).replace(/^ /, '');
    const isSignature = content === '-- ';
    const goesOn: { depth: number; text: string } | null =
      paragraph && paragraph.depth === depth && !isSignature ? paragraph : null;
    if (paragraph && !goesOn) out.push(shown(paragraph));
    const flows: boolean = content.endsWith(' ') && !isSignature;
    // Cut before it is joined: of what is joined already each cut would copy all.
    const added = flows && delsp ? content.slice(0, -1) : content;
    const now: { depth: number; text: string } = { depth, text: (goesOn?.text ?? '') + added };
    if (flows) paragraph = now;
    else {
      out.push(shown(now));
      paragraph = null;
    }
  }
  if (paragraph) out.push(shown(paragraph));
  return out.join('\n');
}

const shown = ({ depth, text }: { depth: number; text: string }) =>
  depth > 0 ? `${'>'.repeat(depth)} ${text}` : text;
