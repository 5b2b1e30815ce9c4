import { makeThumbnail } from '../domain/attachments/thumbnails.ts';
import { thumbnailOf } from '../platform/intake.ts';
import type { Job } from './job.ts';

export const drawThumbnails: Job = async ({ ctx, touch, goOn }) => {
  while (goOn() && (await makeThumbnail(ctx, thumbnailOf))) await touch();
};
