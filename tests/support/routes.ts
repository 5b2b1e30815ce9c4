import type { Express, RequestHandler } from 'express';

type Handle = RequestHandler & { permission?: string; stack?: Layer[] };
type Layer = {
  handle: Handle;
  route?: { path: string; stack: { method: string; handle: Handle }[] };
};
export type Route = { method: string; path: string; permission: string | undefined };

/** Every route of the application, whichever router of routers it is in. */
export const routesOf = (app: Express): Route[] =>
  routesIn((app.router as unknown as { stack: Layer[] }).stack);

function routesIn(stack: readonly Layer[]): Route[] {
  return stack.flatMap(({ route, handle }) => {
    if (!route) return handle.stack ? routesIn(handle.stack) : [];
    const methods = [...new Set(route.stack.map(layer => layer.method))];
    return methods.map(method => ({
      method: method.toUpperCase(),
      path: route.path,
      permission: route.stack.find(layer => layer.method === method)?.handle.permission,
    }));
  });
}
