import type { Context } from '../context.ts';
import { authorize } from '../policies.ts';

export type ScheduledJob = {
  name: string;
  lastRunAt: Date | null;
  lastFinishedAt: Date | null;
  nextRunAt: Date | null;
  isRunning: boolean;
  failures: number;
  failReason: string | null;
};

/** One line a job: its repeating row tells the schedule, wake-ups in between only the last run. */
export async function scheduleOverview(ctx: Context): Promise<ScheduledJob[]> {
  authorize(ctx, 'jobs.manage');
  const { rows } = await ctx.db.raw<{ rows: ScheduledJob[] }>(`
    select name, max(last_run_at) as "lastRunAt", max(last_finished_at) as "lastFinishedAt",
           min(next_run_at) filter (where repeat_interval is not null) as "nextRunAt",
           bool_or(locked_at is not null and locked_at > now() - interval '10 minutes') as "isRunning",
           max(fail_count) filter (where repeat_interval is not null or failed_at is not null)::int as failures,
           (array_agg(fail_reason order by failed_at desc nulls last) filter (where fail_reason is not null and (last_finished_at is null or failed_at >= last_finished_at)))[1] as "failReason"
    from jobs.agenda_jobs group by name having bool_or(repeat_interval is not null) or bool_or(failed_at is not null) order by name`);
  return rows;
}
