import type { Settings } from './settings.ts';

type Words = (text: string, values?: Record<string, unknown>) => string;

/** What people call a setting: on a conflict, and in the audit log. */
export function settingLabel(key: string, t: Words): string {
  const labels: Record<keyof Settings | 'logo', string> = {
    companyName: t('Company name'),
    companyHue: t('Colour'),
    logoKey: t('Logo'),
    logo: t('Logo'),
    helpLine: t('Help line'),
    timeZone: t('Time zone'),
    locale: t('Language'),
    pageSize: t('Rows on a page'),
    signUp: t('Sign-up'),
    trustedDomains: t('Trusted domains'),
    coordinatorsWorkAllTeams: t('Coordinators work the tickets of all teams'),
    workHours: t('Working hours'),
    autoCloseDays: t('Days until a solved ticket closes'),
    maxFileMegabytes: t('Largest file, in MB'),
    maxFiles: t('Files in one message'),
    allowZip: t('ZIP files'),
    replyMinutes: t('Time to reply'),
  };
  return labels[key as keyof typeof labels] ?? key;
}
