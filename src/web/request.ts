import type { Request } from 'express';
import type { Person } from '../domain/access/actor.ts';
import { isPerson } from '../domain/access/actor.ts';
import type { Context } from '../domain/context.ts';
import { Unauthenticated } from '../domain/errors.ts';
import type { DeskNavigation } from '../domain/tickets/counting.ts';
import type { Translate } from '../platform/translating.ts';
import type { Services } from '../services.ts';
import type { Assets } from './rendering/assets.ts';

declare module 'express-session' {
  interface SessionData {
    userId: number;
    epoch: number;
    startedAt: number;
    seenAt: number;
    deviceId: number;
    confirmedAt: number;
    flash: Flash[];
  }
}

/** `undo` is where a press takes it back. */
export type Flash = {
  tone: 'green' | 'blue' | 'amber' | 'red';
  text: string;
  confirms?: string;
  undo?: string;
};

declare global {
  namespace Express {
    interface Request {
      services: Services;
      assets: Assets;
      theme: 'light' | 'dark' | null;
      ctx: Context;
      t: Translate;
      locale: string;
      timeZone: string;
      requestId: string;
      /** The desk's sidebar, where it came with the person. */
      navigation?: DeskNavigation;
      /** Set while a multipart body has not been read yet, so its token could not be checked. */
      csrfPending?: boolean;
    }
    interface Locals {
      csrfToken?: () => string;
    }
  }
}

/** Who is signed in. A route without `allow.anyone` has made sure that somebody is. */
export function person(req: Request): Person {
  if (!isPerson(req.ctx.actor)) throw new Unauthenticated('Sign in first');
  return req.ctx.actor;
}

/** A number in the address; anything else cannot name a thing, so it is the same 404. */
export const numberParam = (req: Request, name: string): number => {
  const value = req.params[name];
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : -1;
};

/** One value of the query string: the first if there are several. */
export function queryText(req: Request, name: string, maxLength = 200): string {
  const value = req.query[name];
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? wholeText(first, maxLength) : '';
}

/** PostgreSQL has no NUL in its texts, and no half of a character in its JSON: a sign of two units stays whole. */
export const wholeText = (text: string, maxLength: number): string =>
  text
    .replaceAll('\0', '')
    .slice(0, maxLength)
    .replace(/[\ud800-\udbff]$/, '')
    .trim();

/** The key of a row in the query string; undefined for anything else. */
export function queryId(req: Request, name: string): number | undefined {
  const text = queryText(req, name);
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

export const isPartial = (req: Request) => req.get('HX-Request-Type') === 'partial';

/** The id of the element that htmx swaps (`HX-Target: form#reply`). */
export const targetId = (req: Request) => req.get('HX-Target')?.split('#')[1] ?? '';
