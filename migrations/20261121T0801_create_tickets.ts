import type { Knex } from 'knex';

const ACTIVE = `status_kind in ('new', 'open', 'waiting') and spam_at is null`;

/** The four orders of an active list, each for one team and for all. */
const activeIndexes = (name: string, condition: string) =>
  [
    ['created', 'created_at desc, id desc'],
    ['updated', 'updated_at desc, id desc'],
    ['due', 'due_order, id'],
    ['priority', 'priority_rank desc, created_at, id'],
  ]
    .flatMap(([order, columns]) => [
      `create index tickets_${name}_${order} on tickets (${columns}) where ${condition};`,
      `create index tickets_${name}_team_${order} on tickets (queue_team, ${columns}) where ${condition};`,
    ])
    .join('\n');

export async function up(knex: Knex) {
  await knex.raw(`
    create table categories (
      id bigint generated always as identity primary key,
      parent_id bigint references categories (id),
      name text not null check (length(name) between 1 and 120),
      description text not null default '',
      team_id bigint references teams (id),
      default_priority text not null default 'medium' check (default_priority in ('low', 'medium', 'high', 'urgent')),
      position integer not null default 0,
      version integer not null default 1,
      archived_at timestamptz,
      created_at timestamptz not null default now(),
      check (parent_id <> id)
    );
    create index categories_parent on categories (parent_id, position, id);
    create index categories_team on categories (team_id);

    -- Admins rename and add statuses inside a kind; the rules of the program speak only of kinds.
    create table statuses (
      key text primary key,
      kind text not null check (kind in ('new', 'open', 'waiting', 'resolved', 'closed')),
      name text not null,
      employee_name text not null,
      position integer not null default 0,
      unique (key, kind)
    );
    insert into statuses (key, kind, name, employee_name, position) values
      ('new', 'new', 'New', 'Received', 1),
      ('open', 'open', 'Open', 'In progress', 2),
      ('in-progress', 'open', 'In progress', 'In progress', 3),
      ('on-hold', 'waiting', 'On hold', 'On hold', 4),
      ('resolved', 'resolved', 'Resolved', 'Solved, please check', 5),
      ('closed', 'closed', 'Closed', 'Closed', 6),
      ('rejected', 'closed', 'Rejected', 'Declined', 7),
      ('withdrawn', 'closed', 'Withdrawn', 'Withdrawn', 8);

    create sequence ticket_numbers start with 1001;

    create table tickets (
      id bigint generated always as identity primary key,
      number bigint not null unique default nextval('ticket_numbers'),
      subject text not null check (length(subject) between 1 and 200),
      excerpt text not null default '',
      status text not null default 'new',
      status_kind text not null default 'new',
      waiting_on text check (waiting_on in ('requester', 'other')),
      priority text not null default 'medium' check (priority in ('low', 'medium', 'high', 'urgent')),
      priority_rank smallint not null generated always as (
        case priority when 'urgent' then 4 when 'high' then 3 when 'medium' then 2 else 1 end) stored,
      impact text check (impact in ('a-little', 'a-lot', 'stopped')),
      source text not null default 'web' check (source in ('web', 'email', 'api', 'assistant', 'import', 'phone')),
      source_ref text unique,
      requester_id bigint not null references users (id),
      category_id bigint references categories (id),
      team_id bigint references teams (id),
      assignee_id bigint references users (id),
      version integer not null default 1,
      needs_reply boolean not null default false,
      -- When the next reply to the requester is due; set exactly while needs_reply.
      due_at timestamptz,
      due_order timestamptz not null generated always as (coalesce(due_at, 'infinity')) stored,
      queue_team bigint not null generated always as (coalesce(team_id, 0)) stored,
      due_state text not null default 'none' check (due_state in ('none', 'soon', 'overdue')),
      spam_at timestamptz,
      follow_up_of bigint references tickets (id),
      first_response_at timestamptz,
      resolved_at timestamptz,
      closed_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      foreign key (status, status_kind) references statuses (key, kind),
      check ((waiting_on is not null) = (status_kind = 'waiting')),
      check ((due_at is not null) = needs_reply)
    );

    -- A list is a condition, an order and whose tickets: by team for coordinators, over all for those who work all.
    -- "active" below is status_kind in (new, open, waiting); src/domain/tickets/queue.ts names the same views.
    create index tickets_requester on tickets (requester_id, updated_at desc, id desc);
    create index tickets_category on tickets (category_id);
    create index tickets_assignee on tickets (assignee_id) where assignee_id is not null;
    create index tickets_follow_up on tickets (follow_up_of) where follow_up_of is not null;
    create index tickets_created on tickets (created_at desc, id desc) where spam_at is null;
    create index tickets_updated on tickets (updated_at desc, id desc) where spam_at is null;
    create index tickets_team_created on tickets (queue_team, created_at desc, id desc) where spam_at is null;
    create index tickets_team_updated on tickets (queue_team, updated_at desc, id desc) where spam_at is null;
    create index tickets_spam on tickets (queue_team, spam_at) where spam_at is not null;
    ${activeIndexes('needs_reply', `${ACTIVE} and needs_reply`)}
    ${activeIndexes('unassigned', `${ACTIVE} and assignee_id is null`)}
    create index tickets_mine on tickets (assignee_id, due_order, id) where ${ACTIVE};
    create index tickets_waiting on tickets (queue_team, updated_at desc, id desc) where status_kind = 'waiting' and spam_at is null;
    create index tickets_due_state on tickets (due_state, due_order, id) where ${ACTIVE} and due_state <> 'none';
    create index tickets_due_state_team on tickets (due_state, queue_team, due_order, id) where ${ACTIVE} and due_state <> 'none';
    create index tickets_resolved on tickets (resolved_at) where status_kind = 'resolved';

    create table ticket_watchers (
      ticket_id bigint not null references tickets (id),
      user_id bigint not null references users (id),
      created_at timestamptz not null default now(),
      primary key (ticket_id, user_id)
    );
    create index ticket_watchers_user on ticket_watchers (user_id);

    -- The description is the first comment. A note (internal) never reaches an employee.
    create table comments (
      id bigint generated always as identity primary key,
      ticket_id bigint not null references tickets (id),
      author_id bigint references users (id),
      kind text not null check (kind in ('reply', 'note')),
      body text not null,
      source text not null default 'web',
      redacted_at timestamptz,
      redacted_by bigint references users (id),
      created_at timestamptz not null default now()
    );
    create index comments_ticket on comments (ticket_id, id);
    create index comments_author on comments (author_id);

    create table attachments (
      id bigint generated always as identity primary key,
      ticket_id bigint references tickets (id),
      comment_id bigint references comments (id),
      uploader_id bigint not null references users (id),
      storage_key text not null unique,
      thumbnail_key text,
      thumbnail_state text not null default 'none' check (thumbnail_state in ('none', 'wanted', 'made', 'failed')),
      filename text not null check (length(filename) between 1 and 255),
      content_type text not null,
      size bigint not null check (size >= 0),
      sha256 text not null,
      redacted_at timestamptz,
      created_at timestamptz not null default now(),
      check ((ticket_id is null) = (comment_id is null))
    );
    create index attachments_ticket on attachments (ticket_id, id);
    create index attachments_comment on attachments (comment_id);
    create index attachments_uploader on attachments (uploader_id);
    create index attachments_pending on attachments (created_at) where comment_id is null;

    create table drafts (
      user_id bigint not null references users (id),
      scope text not null,
      body jsonb not null,
      updated_at timestamptz not null default now(),
      primary key (user_id, scope)
    );

    -- One row a form sent: a second post with the same key gets the first answer.
    create table submissions (
      actor text not null,
      key text not null,
      result jsonb not null,
      created_at timestamptz not null default now(),
      primary key (actor, key)
    );
    create index submissions_created on submissions (created_at);
  `);
}

export async function down(knex: Knex) {
  await knex.raw(`
    drop table submissions, drafts, attachments, comments, ticket_watchers, tickets, statuses, categories;
    drop sequence ticket_numbers;
  `);
}
