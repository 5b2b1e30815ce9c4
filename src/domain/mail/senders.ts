import type { AccountStatus, Person, Role } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { loadSignedIn } from '../identity/person.ts';
import { oneLine } from './cleaning.ts';
import { rawPartsOf, valuesOf } from './header-lines.ts';
import type { ReadMail } from './message.ts';
import { proofOf } from './proving.ts';

export type Account = {
  id: number;
  email: string | null;
  role: Role;
  status: AccountStatus;
  firstName: string;
  lastName: string;
};

export const ACCOUNT_COLUMNS = [
  'id',
  'email',
  'role',
  'status',
  'first_name as firstName',
  'last_name as lastName',
] as const;

/** Who a mail says it is from. That alone proves nothing. */
export type Sender = {
  /** As it stands there, in small letters; '' for none. */
  address: string;
  name: string;
  account: Account | null;
  /** Exactly one address in exactly one From line, written plainly: what it says can be taken by its letters. */
  isClear: boolean;
  /** What our own mail server says of the address. */
  proof: 'pass' | 'fail' | 'none';
};

export async function senderOf(
  ctx: Context,
  raw: Buffer,
  mail: ReadMail,
  trustedServer: string | null,
): Promise<Sender> {
  // "Lee, Ann <ann@…>" without quotes reads as two, the first without address.
  const stated = mail.from.filter(each => each.address.trim());
  const [first] = stated;
  const address = asciiLower((first?.address ?? '').trim()).slice(0, 254);
  const isClear = stated.length === 1 && isPlainAddress(address) && standsInFrom(raw, address);
  return {
    address,
    name: oneLine(first?.name ?? '', 160),
    account: isClear ? ((await accountOf(ctx, address)) ?? null) : null,
    isClear,
    proof: proofOf(mail.authenticationResults, trustedServer, address),
  };
}

/**
 * Only A to Z: what Unicode calls a lower-case letter of another one (the Kelvin sign, a dotted I) would make one
 * person's address of somebody else's.
 */
export const asciiLower = (text: string) => text.replace(/[A-Z]/g, letter => letter.toLowerCase());

/** Letters that look alike are others: an address with any beyond ASCII is nobody's whom we know. */
export const isPlainAddress = (address: string) =>
  address.length <= 254 && /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(address);

/**
 * The address stands letter by letter where the one From line has it: not in a name, a comment or an encoded word
 * that a reader would take for it.
 */
function standsInFrom(raw: Buffer, address: string): boolean {
  const lines = valuesOf(rawPartsOf(raw), 'from');
  if (lines.length !== 1 || (lines[0]?.length ?? 0) > 2_000) return false;
  const value = (lines[0] ?? '').replace(/"(?:[^"\\]|\\.)*"/g, ' ').replace(/\([^()]*\)/g, ' ');
  const inAngles = [...value.matchAll(/<([^<>]*)>/g)];
  if (inAngles.length > 1) return false;
  const stated = inAngles[0] ? inAngles[0][1] : value;
  return asciiLower((stated ?? '').trim()) === address;
}

/** The account of an address that somebody wrote down; none for one that is not written plainly. */
export const accountAt = async (ctx: Context, address: string): Promise<Account | undefined> => {
  const plain = asciiLower(address.trim());
  return isPlainAddress(plain) ? accountOf(ctx, plain) : undefined;
};

async function accountOf(ctx: Context, address: string): Promise<Account | undefined> {
  return ctx
    .db('users')
    .whereRaw('lower(email) = ?', [address])
    .first<Account | undefined>(...ACCOUNT_COLUMNS);
}

export const isOfDesk = ({ account }: Sender) =>
  account?.status === 'active' && (account.role === 'coordinator' || account.role === 'admin');

/** May not write to us at all. */
export const isShutOut = ({ account }: Pick<Sender, 'account'>) =>
  account?.status === 'suspended' || account?.status === 'rejected';

/**
 * Somebody as one who writes: with the rights of an employee, whatever their role, since their mail proves no more.
 */
export const asWriter = ({ id, email, firstName, lastName }: Omit<Account, 'role' | 'status'>): Person => ({
  kind: 'person',
  id,
  email,
  firstName,
  lastName,
  role: 'employee',
  departmentId: null,
  teamIds: [],
  managedDepartmentIds: [],
  worksAllTeams: false,
  locale: null,
  timeZone: null,
  shortcuts: false,
  unread: 0,
});

/** The same person with all their rights: only for who has proved to be them. */
export const asThemselves = async (ctx: Context, id: number): Promise<Person | undefined> =>
  (await loadSignedIn(ctx.db, id))?.person;

/** The transaction on behalf of somebody. */
export function txAs(tx: Tx, actor: Person): Tx {
  const as: Tx = { ...tx, actor, transaction: work => work(as) };
  return as;
}
