import type { Request } from 'express';
import type { Flash } from '../request.ts';

/** Says something once, on the next page. `confirms` names the draft that is safely sent, so its local copy may go. */
export function flash(req: Request, tone: Flash['tone'], text: string, confirms?: string): void {
  if (req.session)
    req.session.flash = [...(req.session.flash ?? []), { tone, text, ...(confirms ? { confirms } : {}) }];
}

export function takeFlash(req: Request): Flash[] {
  const said = req.session?.flash ?? [];
  if (said.length > 0) delete req.session.flash;
  return said;
}
