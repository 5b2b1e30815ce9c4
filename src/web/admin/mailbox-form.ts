import { z } from 'zod';
import {
  afterTakings,
  kinds,
  type Mailbox,
  type MailboxInput,
  securities,
  signIns,
  unknownSenders,
} from '../../domain/mail/mailboxes.ts';
import type { Translate } from '../../platform/translating.ts';
import { fields } from '../rendering/forms.ts';

const HOST = /^(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?$|^[0-9a-f:]*:[0-9a-f:.]*$/i;

/** What the form of a mailbox holds, with words for what is missing. The account counts only where mail is fetched. */
export function mailboxFields(t: Translate) {
  const f = fields(t);
  const secret = z
    .string()
    .max(10_000, t('Shorten this to {{count}} characters', { count: 10_000 }))
    .optional()
    .transform(value => value ?? '');
  return {
    name: f.line(t('Enter a name, like IT support'), 120),
    address: f.email().transform(value => value.toLowerCase()),
    aliases: z
      .string()
      .max(10_000)
      .optional()
      .transform(text => [
        ...new Set(
          (text ?? '')
            .toLowerCase()
            .split(/[\s,;]+/)
            .filter(Boolean),
        ),
      ])
      .pipe(
        z
          .array(z.email(t('Enter addresses like it@company.com, one a line')).max(254))
          .max(50, t('Enter at most {{count}} addresses', { count: 50 })),
      ),
    kind: z.enum(kinds, t('Choose how mail gets here')),
    teamId: f.optionalId(t('Choose a team from the list')),
    categoryId: f.optionalId(t('Choose a category from the list')),
    isActive: f.checkbox(),
    unknownSenders: z.enum(unknownSenders, t('Choose what becomes of mail from strangers')),
    ccWatch: f.checkbox(),
    plusAddressing: f.checkbox(),
    trustedServer: f.optionalLine(253),
    host: f.optionalLine(253),
    port: f.optionalLine(5),
    security: z.enum(securities, t('Choose how the connection is encrypted')).catch('tls'),
    username: f.optionalLine(254),
    auth: z.enum(signIns, t('Choose how we sign in')).catch('password'),
    clientId: f.optionalLine(500),
    tenant: f.optionalLine(100),
    folder: f.optionalLine(200),
    afterTaking: z.enum(afterTakings, t('Choose what happens to mail we have taken')).catch('flag'),
    takenFolder: f.optionalLine(200),
    secret,
    clientSecret: secret,
  };
}

type Fields = z.infer<z.ZodObject<ReturnType<typeof mailboxFields>>>;

const ACCOUNT = {
  ...({ kind: true, host: true, port: true, security: true, username: true, auth: true } as const),
  ...({ clientId: true, tenant: true, folder: true, afterTaking: true, takenFolder: true } as const),
  ...({ secret: true, clientSecret: true } as const),
};
type AccountFields = Pick<Fields, keyof typeof ACCOUNT>;

/** What a connection is made with. It can be tried before the mailbox has a name. */
export const accountSchema = (t: Translate) =>
  z.object(mailboxFields(t)).pick(ACCOUNT).superRefine(checkAccount(t));

/** Rules about more than one field; their words stand beside the field that is to be changed. */
export function checkMailbox(t: Translate) {
  return (input: Fields, context: z.RefinementCtx) => {
    if (input.aliases.includes(input.address)) {
      const message = t('Leave out the address of the mailbox itself');
      context.addIssue({ code: 'custom', path: ['aliases'], message });
    }
    checkAccount(t)(input, context);
  };
}

function checkAccount(t: Translate) {
  return (input: AccountFields, context: z.RefinementCtx) => {
    const wrong = (path: keyof AccountFields, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (input.kind !== 'imap') return;
    if (!HOST.test(input.host)) wrong('host', t('Enter the name of the mail server, like imap.company.com'));
    const port = Number(input.port);
    if (!/^\d+$/.test(input.port) || port < 1 || port > 65_535)
      wrong('port', t('Enter a number from 1 to 65535. 993 is usual'));
    if (!input.username) wrong('username', t('Enter the user name. It is often the whole address'));
    if (!input.folder) wrong('folder', t('Enter the folder to look into, like INBOX'));
    if (input.auth !== 'password' && !input.clientId)
      wrong('clientId', t('Enter the client ID of the app that you registered'));
    if (input.auth === 'microsoft' && !/^[\w.-]*$/.test(input.tenant))
      wrong('tenant', t('Enter a tenant ID or domain, or leave it empty'));
    if (input.afterTaking !== 'move') return;
    if (!input.takenFolder || input.takenFolder === input.folder)
      wrong('takenFolder', t('Enter another folder than the one we look into, like Archive'));
  };
}

export const inputOf = (values: Fields): MailboxInput => ({
  ...values,
  ...accountOf(values),
  trustedServer: values.trustedServer.toLowerCase() || null,
});

export const accountOf = (values: AccountFields) => ({
  ...values,
  host: values.host.toLowerCase() || null,
  port: Number(values.port) || null,
  username: values.username || null,
  clientId: values.clientId || null,
  tenant: values.tenant || null,
  folder: values.folder || 'INBOX',
  takenFolder: values.takenFolder || 'Archive',
});

/** What the form shows before anybody typed. Secrets are never among it. */
export const shownValues = (mailbox?: Mailbox) => ({
  kind: 'imap',
  security: 'tls',
  auth: 'password',
  unknownSenders: 'ticket',
  afterTaking: 'flag',
  folder: 'INBOX',
  takenFolder: 'Archive',
  port: 993,
  isActive: true,
  plusAddressing: true,
  ccWatch: false,
  ...Object.fromEntries(Object.entries(mailbox ?? {}).filter(([, value]) => value !== null)),
  aliases: mailbox?.aliases.join('\n') ?? '',
});
