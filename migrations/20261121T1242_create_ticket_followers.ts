import type { Knex } from 'knex';

/**
 * Watchers are on the requester's side: they see the conversation because they were let in. Followers are on the
 * desk's: they work the ticket anyway and want its news. Watching takes the notes away; following takes nothing.
 */
export async function up(knex: Knex) {
  await knex.raw(`
    create table ticket_followers (
      ticket_id bigint not null references tickets (id),
      user_id bigint not null references users (id),
      created_at timestamptz not null default now(),
      primary key (ticket_id, user_id)
    );
    create index ticket_followers_user on ticket_followers (user_id);
    insert into ticket_followers (ticket_id, user_id, created_at)
    select w.ticket_id, w.user_id, w.created_at from ticket_watchers w
    join tickets t on t.id = w.ticket_id join team_members m on m.team_id = t.team_id and m.user_id = w.user_id
    join users u on u.id = w.user_id and u.role <> 'employee';
    delete from ticket_watchers w using ticket_followers f where f.ticket_id = w.ticket_id and f.user_id = w.user_id;
  `);
}

/** Only who is of the ticket's team can be both; for others watching would take the notes away. */
export async function down(knex: Knex) {
  await knex.raw(`
    insert into ticket_watchers (ticket_id, user_id, created_at)
    select f.ticket_id, f.user_id, f.created_at from ticket_followers f
    join tickets t on t.id = f.ticket_id join team_members m on m.team_id = t.team_id and m.user_id = f.user_id
    on conflict do nothing;
    drop table ticket_followers;
  `);
}
