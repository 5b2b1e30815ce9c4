import type { Request } from 'express';

/** What the sign-in page needs besides its form, from wherever it is shown. */
export async function signInLocals(
  req: Request,
  { next = '/', carried }: { next?: string; carried?: string | undefined } = {},
): Promise<Record<string, unknown>> {
  return {
    title: req.t('Sign in'),
    next,
    carried: carried ?? '',
    lost: '',
    mayResetNow: false,
    canSignUp: req.ctx.settings.signUp,
  };
}
