-- What holds at any moment, in the words of our schema. Each query returns nothing; a row is a fault.
-- I1, I2 (what was acknowledged is there, once) and I5 (rows and files agree) need more than SQL: invariants.ts.

-- I3 every comment belongs to a ticket
select m.id from comments m left join tickets t on t.id = m.ticket_id where t.id is null;

-- I4 every ticket has its first comment
select t.id from tickets t where not exists (select 1 from comments m where m.ticket_id = t.id);

-- I6 no number stands for two tickets
select number from tickets group by 1 having count(*) > 1;

-- I7 no mail was handled twice, and none has vanished: each that was handled has its fate, each has its source
select same_as::text as mail from inbound_mails where same_as is not null group by 1 having count(*) > 1
union all
select id::text from inbound_mails where (fate <> 'received') <> (handled_at is not null) or (handled_at is not null and rule is null)
union all
select m.id::text from inbound_mails m where not exists (select 1 from inbound_sources s where s.mail_id = m.id);

-- A mail that became a ticket or a message has it; a message that came by mail has its one mail, unless it was removed
select m.id from inbound_mails m
where m.fate in ('ticket', 'appended') and (m.ticket_id is null or m.comment_id is null or m.person_id is null)
union all
select m.id from inbound_mails m left join comment_mails c on c.mail_id = m.id where m.fate in ('ticket', 'appended')
group by m.id having count(c.comment_id) <> 1
union all
select c.id from comments c left join comment_mails m on m.comment_id = c.id
where c.source = 'email' and c.redacted_at is null group by c.id having count(m.comment_id) <> 1;

-- I8 what an event asks for is done or still in the outbox: nothing is forgotten
select t.id from tickets t
where not exists (select 1 from ticket_documents d where d.ticket_id = t.id)
  and not exists (select 1 from event_queue q join events e on e.id = q.event_id where e.ticket_id = t.id);

-- I9 no delivery hangs
select id, state from deliveries
where state in ('pending', 'sending') and updated_at < now() - interval '10 min' and next_attempt_at < now() - interval '10 min';

-- I10 no job hangs or was lost
select id, name from jobs.agenda_jobs
where locked_at < now() - interval '2 min' or (next_run_at is null and fail_count > 0 and failed_at is null);

-- I11 the reply clock runs exactly while somebody waits for the desk
select id, status from tickets
where (needs_reply <> (due_at is not null)) or (needs_reply and status_kind not in ('new', 'open'));

-- I12 the last status in the history is the ticket's
select t.id, t.status, h.to_status from tickets t
left join lateral (select to_status from events e where e.ticket_id = t.id and e.to_status is not null order by e.id desc limit 1) h on true
where h.to_status is distinct from t.status;

-- I13 one version is one change in the history
select t.id, t.version, c.n from tickets t
left join (select ticket_id, count(*) as n from events where type = 'ticket.changed' group by 1) c on c.ticket_id = t.id
where t.version - 1 <> coalesce(c.n, 0);

-- I14 no transaction is left open
select pid from pg_stat_activity
where datname = current_database() and state = 'idle in transaction' and now() - state_change > interval '5 s';

-- I15 an employee is never told of a note
select d.id from deliveries d join events e on e.id = d.event_id join users u on u.id = d.recipient_id
where e.internal and u.role = 'employee'
union all
select n.id from notifications n join events e on e.id = n.event_id join users u on u.id = n.user_id
where e.internal and u.role = 'employee';

-- Every ticket was created once in the history, as new, with its first comment
select t.id from tickets t left join events e on e.ticket_id = t.id and e.type = 'ticket.created'
group by t.id having count(e.id) <> 1 or min(e.to_status) <> 'new' or count(e.comment_id) <> 1;

-- The counters of the queue say what is in the table
select * from (
  select team_id, assignee_id, status_kind, needs_reply, due_state, sum(n) as n from (
    select team_id, assignee_id, status_kind, needs_reply, due_state, n from ticket_counts
    union all
    select team_id, assignee_id, status_kind, needs_reply, due_state, -1 from tickets where status_kind <> 'closed' and spam_at is null
  ) as cells group by 1, 2, 3, 4, 5) as sums where n <> 0;

-- So do those of each team
select * from (
  select team_id, unassigned, status_kind, needs_reply, due_state, sum(n) as n from (
    select team_id, unassigned, status_kind, needs_reply, due_state, n from team_ticket_counts
    union all
    select team_id, assignee_id is null, status_kind, needs_reply, due_state, -1 from tickets where status_kind <> 'closed' and spam_at is null
  ) as cells group by 1, 2, 3, 4, 5) as sums where n <> 0;

-- A person's number of unread notices is true
select u.id, u.unread from users u left join notifications n on n.user_id = u.id and n.read_at is null
group by u.id having count(n.id) <> u.unread;

-- Every tag that a ticket carries is known by name
select t.id, tag from tickets t cross join unnest(t.tags) as tag
where not exists (select 1 from tags g where g.name = tag);

-- The tags of each team are those of its tickets
select * from (
  select queue_team, name, sum(n) as n from (
    select queue_team, name, n from team_tags
    union all
    select queue_team, name, -1 from tickets, unnest(tags) as name) as each group by 1, 2) as sums where n <> 0;

-- The next number and the next keys are free
select 'ticket_numbers' as sequence where (select max(number) from tickets) >= (select case when is_called then last_value + 1 else last_value end from ticket_numbers)
union all select 'tickets' where (select max(id) from tickets) > (select coalesce(last_value, 0) from pg_sequences where schemaname = 'public' and sequencename = 'tickets_id_seq')
union all select 'comments' where (select max(id) from comments) > (select coalesce(last_value, 0) from pg_sequences where schemaname = 'public' and sequencename = 'comments_id_seq')
union all select 'events' where (select max(id) from events) > (select coalesce(last_value, 0) from pg_sequences where schemaname = 'public' and sequencename = 'events_id_seq');
