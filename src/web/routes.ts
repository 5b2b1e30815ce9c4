import { Router } from 'express';
import type { Services } from '../services.ts';
import { refuseUnchecked } from './middleware/set-up-csrf.ts';

/** All routes, a line a noun. Uploads come first: they alone read multipart bodies. */
export function routes(_services: Services): Router {
  const router = Router();
  router.use(refuseUnchecked);
  return router;
}
