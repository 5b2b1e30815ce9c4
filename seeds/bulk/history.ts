import type { Plan } from './plan.ts';

export type Change = { actor: number | null; to: string; changes: string; data: string };

/** What led to the ticket's status, change by change: as many as its version says, less one. */
export function changesOf(plan: Plan): Change[] {
  const path = PATHS[plan.status] ?? [];
  return path.map((to, n) => {
    const from = n === 0 ? 'new' : path[n - 1]!;
    const takes = n === 0 && plan.assignee !== null;
    const waiting = to === 'on-hold' ? `,"waitingOn":[null,"${plan.waitingOn}"]` : '';
    const taken = takes ? `,"assigneeId":[null,${plan.assignee}]` : '';
    return {
      actor: to === 'closed' ? null : to === 'withdrawn' ? plan.requester : plan.desk,
      to,
      changes: `{"status":["${from}","${to}"]${taken}${waiting}}`,
      data: `{"verb":"${VERBS[to] ?? 'changed'}","names":{"status":["${NAMES[from]}","${NAMES[to]}"]}}`,
    };
  });
}

export const versionOf = (plan: Plan) => 1 + (PATHS[plan.status]?.length ?? 0);

const PATHS: Record<string, readonly string[]> = {
  new: [],
  open: ['open'],
  'in-progress': ['open', 'in-progress'],
  'on-hold': ['open', 'on-hold'],
  resolved: ['open', 'resolved'],
  closed: ['open', 'resolved', 'closed'],
  rejected: ['open', 'rejected'],
  withdrawn: ['withdrawn'],
};

const VERBS: Record<string, string> = {
  open: 'picked-up',
  'on-hold': 'replied',
  resolved: 'resolved',
  closed: 'auto-closed',
  withdrawn: 'withdrawn',
};

const NAMES: Record<string, string> = {
  new: 'New',
  open: 'Open',
  'in-progress': 'In progress',
  'on-hold': 'On hold',
  resolved: 'Resolved',
  closed: 'Closed',
  rejected: 'Rejected',
  withdrawn: 'Withdrawn',
};
