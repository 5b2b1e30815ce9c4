export type StatusKind = 'new' | 'open' | 'waiting' | 'resolved' | 'closed';
export type WaitingOn = 'requester' | 'other';
export type Status = {
  key: string;
  kind: StatusKind;
  name: string;
  employeeName: string;
  waitingOn: WaitingOn | null;
};

export const activeKinds: readonly StatusKind[] = ['new', 'open', 'waiting'];
export const isActive = (kind: StatusKind) => activeKinds.includes(kind);
