import express, { type Express } from 'express';
import type { Services } from '../services.ts';
import { setUpInboundMail } from './inbound-mail/inbound-mail.ts';
import { answerErrors, answerNotFound } from './middleware/error-handler.ts';
import { setUpContext } from './middleware/set-up-context.ts';
import { setUpCsrf } from './middleware/set-up-csrf.ts';
import { setUpParsing } from './middleware/set-up-parsing.ts';
import { setUpRequest } from './middleware/set-up-request.ts';
import { setUpSecurity } from './middleware/set-up-security.ts';
import { setUpSession } from './middleware/set-up-session.ts';
import { setUpServiceWorker } from './notifications/push-script.ts';
import { setUpOperations } from './operations/operations.ts';
import { type Assets, createAssets } from './rendering/assets.ts';
import { routes } from './routes.ts';

/** The HTML edge, in the order a request passes through it. */
export async function createApp(
  services: Services,
  { assets, pages = routes }: { assets?: Assets; pages?: typeof routes } = {},
): Promise<Express> {
  const files = assets ?? (await createAssets({ production: services.config.isProduction }));
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', 'simple');
  app.set('trust proxy', services.config.http.trustProxy);

  setUpRequest(app, services, files);
  setUpSecurity(app, services);
  setUpOperations(app, services);
  setUpInboundMail(app);
  app.use('/assets', files.handler);
  setUpServiceWorker(app);
  setUpSession(app, services);
  setUpParsing(app);
  setUpContext(app);
  setUpCsrf(app, services);
  app.use(pages(services));
  app.use(answerNotFound);
  app.use(answerErrors);
  return app;
}
