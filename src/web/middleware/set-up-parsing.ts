import express, { type Express } from 'express';

/** Plain forms only: flat names, bounded in size and number. Files go through web/uploads. */
export function setUpParsing(app: Express) {
  app.use(express.urlencoded({ extended: false, limit: '400kb', parameterLimit: 700 }));
}
