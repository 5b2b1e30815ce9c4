import type { Request } from 'express';
import type { Flash } from '../request.ts';

/** Says something once, on the next page. */
export function flash(req: Request, tone: Flash['tone'], text: string): void {
  if (req.session) req.session.flash = [...(req.session.flash ?? []), { tone, text }];
}

export function takeFlash(req: Request): Flash[] {
  const said = req.session?.flash ?? [];
  if (said.length > 0) delete req.session.flash;
  return said;
}
