import type { AccountStatus, Role } from '../../domain/access/actor.ts';
import { roles } from '../../domain/identity/roles.ts';
import type { Translate } from '../../platform/translating.ts';

export function roleWord(role: Role, t: Translate): string {
  switch (role) {
    case 'employee':
      return t('Employee');
    case 'coordinator':
      return t('Coordinator');
    case 'admin':
      return t('Admin');
  }
}

export const roleOptions = (t: Translate) => roles.map(role => ({ value: role, label: roleWord(role, t) }));

export const accountStatuses: readonly AccountStatus[] = ['active', 'pending', 'suspended', 'rejected'];

export function accountStatusWord(status: AccountStatus, t: Translate): string {
  switch (status) {
    case 'active':
      return t('Active');
    case 'pending':
      return t('Pending');
    case 'suspended':
      return t('Suspended');
    case 'rejected':
      return t('Declined');
  }
}

type SignsIn = {
  status: AccountStatus;
  email: string | null;
  source?: string;
  isInvited?: boolean;
  hasPassword?: boolean;
  passwordHash?: string | null;
};

export type SignInWord = { text: string; tone?: string; icon?: string; quiet?: boolean };

/** How, or whether, a person gets in: the words of the "Sign-in" column. */
export function signInWord(user: SignsIn, t: Translate): SignInWord {
  const hasPassword = user.hasPassword ?? Boolean(user.passwordHash);
  const isInvited = user.isInvited ?? (user.source === 'invitation' || user.source === 'import');
  if (user.status === 'suspended') return { text: t('Suspended'), tone: 'red', icon: 'lock' };
  if (user.status === 'rejected') return { text: t('Declined'), quiet: true };
  if (user.email === null) return { text: t('Cannot sign in'), quiet: true };
  if (hasPassword && user.status === 'active') return { text: t('Password') };
  if (!hasPassword && isInvited) return { text: t('Invited'), tone: 'blue', icon: 'mail' };
  if (user.status === 'pending') return { text: t('Not approved yet'), tone: 'amber', icon: 'clock' };
  return { text: t('No password yet'), quiet: true };
}
