import type { AccountStatus, Role } from '../src/domain/access/actor.ts';

/**
 * The people of Halden Freight, the demo company: shared by the seed, the tests and the screenshots, so that a
 * name always means the same. Everybody here has the same password; nobody with it exists outside a demo.
 */
export const demoPassword = 'lagoon forklift seven';

export type CastMember = {
  firstName: string;
  lastName: string;
  email: string;
  companyId: string | null;
  role: Role;
  status: AccountStatus;
  department: DepartmentKey | null;
  teams: readonly TeamKey[];
  /** Minutes ago, of the last request. */
  seen: number | null;
};

export const departments = {
  warehouse: 'Warehouse Rotterdam',
  planning: 'Customer planning',
  dispatch: 'Dispatch',
  it: 'IT',
  people: 'People',
  facilities: 'Buildings and sites',
  finance: 'Finance',
  legal: 'Legal',
  sales: 'Sales',
} as const;
export type DepartmentKey = keyof typeof departments;

export const teams = {
  it: { name: 'IT support', description: 'Devices, access, network and the programs we work with' },
  hr: { name: 'HR', description: 'Pay, hours, leave and contracts' },
  facilities: {
    name: 'Facilities',
    description: 'Doors, badges, rooms, forklifts and everything with a plug',
  },
  finance: { name: 'Finance', description: 'Expenses, invoices and company cards' },
} as const;
export type TeamKey = keyof typeof teams;

type Details = Partial<
  Pick<CastMember, 'role' | 'status' | 'department' | 'teams' | 'seen' | 'email' | 'companyId'>
>;

let hired = 2_100;

const person = (firstName: string, lastName: string, details: Details = {}): CastMember => {
  hired += 17;
  return {
    firstName,
    lastName,
    email: `${plain(firstName)}.${plain(lastName)}@halden.example`,
    companyId: `HF-${hired}`,
    role: 'employee',
    status: 'active',
    department: null,
    teams: [],
    seen: 300,
    ...details,
  };
};

const plain = (name: string) =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replaceAll('ı', 'i')
    .toLowerCase()
    .replace(/[^a-z]+/g, '-');

export const cast = {
  kwame: person('Kwame', 'Mensah', { role: 'admin', department: 'it', teams: ['it'], seen: 1 }),

  marek: person('Marek', 'Nowak', { role: 'coordinator', department: 'it', teams: ['it'], seen: 2 }),
  ana: person('Ana', 'Petrović', {
    role: 'coordinator',
    department: 'it',
    teams: ['it', 'facilities'],
    seen: 1,
  }),
  priya: person('Priya', 'Raman', { role: 'coordinator', department: 'it', teams: ['it'], seen: 14 }),
  aisha: person('Aisha', 'Bello', { role: 'coordinator', department: 'people', teams: ['hr'], seen: 5 }),
  bram: person('Bram', 'Visser', {
    role: 'coordinator',
    department: 'facilities',
    teams: ['facilities'],
    seen: 25,
  }),
  elif: person('Elif', 'Kaya', { role: 'coordinator', department: 'finance', teams: ['finance'], seen: 40 }),

  jonas: person('Jonas', 'Weber', { department: 'warehouse', seen: 20 }),
  sofie: person('Sofie', 'de Vries', { department: 'planning', seen: 31 }),
  leila: person('Leïla', 'Haddad', { department: 'warehouse', seen: 9 }),
  tomas: person('Tomás', 'Ferreira', { department: 'sales', seen: 22 }),
  rui: person('Rui', 'Almeida', { department: 'dispatch', seen: 35 }),
  ingrid: person('Ingrid', 'Solberg', { department: 'dispatch', seen: 48 }),
  chloe: person('Chloé', 'Martin', { department: 'sales', seen: 60 }),
  dmytro: person('Dmytro', 'Bondar', { department: 'warehouse', seen: 130 }),
  hana: person('Hana', 'Kim', { department: 'planning', seen: 140 }),
  emre: person('Emre', 'Yılmaz', { department: 'finance', seen: 190 }),
  piotr: person('Piotr', 'Zieliński', { department: 'warehouse', seen: 240 }),
  nadia: person('Nadia', 'Rahimi', { department: 'warehouse', seen: 310 }),
  lukas: person('Lukas', 'Braun', { department: 'legal', seen: 4_300 }),
  meiling: person('Mei-Ling', 'Chen', { department: 'planning', seen: 1_450 }),
  olena: person('Olena', 'Kovalenko', { department: 'dispatch', seen: 75 }),

  tessa: person('Tessa', 'Bakker', {
    email: 'tessa@bakkertransport.example',
    companyId: null,
    status: 'pending',
    seen: null,
  }),
  joao: person('João', 'Lopes', {
    email: 'joao.lopes@mail.example',
    companyId: null,
    status: 'pending',
    seen: null,
  }),
  farid: person('Farid', 'Kazemi', {
    email: 'f.kazemi@nordiclift.example',
    companyId: null,
    status: 'pending',
    seen: null,
  }),
  stefan: person('Stefan', 'Nagy', { department: 'sales', status: 'suspended', seen: 26_000 }),
} satisfies Record<string, CastMember>;

export type CastKey = keyof typeof cast;
export const castKeys = Object.keys(cast) as CastKey[];

/** Who runs which department, and so sees what its people ask for. */
export const managers: Partial<Record<DepartmentKey, CastKey>> = {
  dispatch: 'ingrid',
  warehouse: 'piotr',
  it: 'kwame',
};

export const leads: Record<TeamKey, CastKey> = {
  it: 'marek',
  hr: 'aisha',
  facilities: 'bram',
  finance: 'elif',
};
