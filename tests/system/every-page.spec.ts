import { lookAtEveryPage } from '../support/every-page.ts';

await lookAtEveryPage(({ who }) => who !== 'marek');
