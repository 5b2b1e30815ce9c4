import type { Priority } from '../src/domain/tickets/ticket.ts';
import type { TeamKey } from './cast.ts';

type Leaf = { name: string; description: string; priority?: Priority };
type Branch = { name: string; team: TeamKey; children: Record<string, Leaf> };

/** The category tree of the demo company. A leaf has its parent's team. */
export const categoryTree = {
  it: {
    name: 'IT',
    team: 'it',
    children: {
      scanners: {
        name: 'Handheld scanners',
        description: 'Scanners, cradles and label printers',
        priority: 'high',
      },
      access: { name: 'Access and passwords', description: 'Accounts, passwords, folders and programs' },
      laptops: {
        name: 'Laptops and phones',
        description: 'New, broken or slow devices, screens and headsets',
      },
      vpn: { name: 'VPN and network', description: 'Wi-Fi, VPN, calls and shared drives' },
    },
  },
  hr: {
    name: 'HR',
    team: 'hr',
    children: {
      pay: { name: 'Pay and hours', description: 'Payslips, overtime and night shifts' },
      leave: { name: 'Leave and absence', description: 'Holidays, sick days, parental leave' },
      details: {
        name: 'Personal details',
        description: 'Name, address, bank account, mailing lists',
        priority: 'low',
      },
    },
  },
  facilities: {
    name: 'Facilities',
    team: 'facilities',
    children: {
      doors: { name: 'Doors and badges', description: 'Badges, gates, keys and lockers' },
      rooms: { name: 'Buildings and rooms', description: 'Desks, heating, light, meeting rooms' },
      forklifts: { name: 'Forklifts and chargers', description: 'Trucks, chargers, ramps', priority: 'high' },
      workwear: {
        name: 'Workwear and tools',
        description: 'Jackets, shoes, gloves and tools',
        priority: 'low',
      },
    },
  },
  finance: {
    name: 'Finance',
    team: 'finance',
    children: {
      expenses: { name: 'Expenses', description: 'Claims, travel and company cards' },
      invoices: { name: 'Invoices', description: 'Suppliers, purchase orders, payments' },
    },
  },
} as const satisfies Record<string, Branch>;

type Tree = typeof categoryTree;
/** `scanners`, `pay` … and `it`, `hr` … for the branches. */
export type CategoryKey = { [B in keyof Tree]: B | keyof Tree[B]['children'] }[keyof Tree];
