import { z } from 'zod';

/** What somebody has typed so far, cut rather than refused: the beginning of it is better than nothing. */
export const keptText = (most: number) =>
  z.string().transform(typed => typed.replaceAll('\0', '').slice(0, most));

/** The ids of files that wait to be sent with it, as one text. */
export const keptUploads = z
  .union([z.string(), z.array(z.string())])
  .default([])
  .transform(ids =>
    [ids]
      .flat()
      .filter(id => /^\d{1,15}$/.test(id))
      .slice(0, 100)
      .join(','),
  )
  .catch('');
