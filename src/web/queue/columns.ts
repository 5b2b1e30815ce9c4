import type { ColumnKey } from '../../domain/tickets/display.ts';
import type { Translate } from '../../platform/translating.ts';

export const columnNames = (t: Translate): Record<ColumnKey, string> => ({
  priority: t('Priority'),
  number: t('ID'),
  requester: t('Requester'),
  status: t('Status'),
  assignee: t('Owner'),
  team: t('Team'),
  category: t('Category'),
  tags: t('Tags'),
  'time-left': t('Time left'),
  created: t('Created'),
  updated: t('Updated'),
});
