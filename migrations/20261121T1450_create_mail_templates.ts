import type { Knex } from 'knex';

/**
 * What admins made of the mails' words: every version for ever, the last of an event and language is used. One that says
 * `is_own` goes back to the product's own text. Of things to come people may choose already how they are told.
 */
export async function up(knex: Knex) {
  await knex.raw(`
    create table mail_templates (
      id bigint generated always as identity primary key,
      event text not null,
      language text not null,
      version integer not null check (version > 0),
      is_own boolean not null default false,
      subject text, heading text, before_text text, after_text text, button text,
      -- Which version it took up again.
      restored_from integer,
      saved_by bigint references users (id),
      saved_at timestamptz not null default now(),
      unique (event, language, version),
      check (is_own = (subject is null) and is_own = (heading is null))
    );
    create index mail_templates_saver on mail_templates (saved_by) where saved_by is not null;

    alter table notification_preferences drop constraint notification_preferences_topic_check;
    alter table notification_preferences add constraint notification_preferences_topic_check check (topic in (
      'mention', 'assigned', 'reply', 'note', 'status', 'team', 'following', 'received',
      'approval-asked', 'approval-decided', 'sla-warning', 'sla-breach', 'satisfaction', 'incident', 'report'));
  `);
}

export async function down(knex: Knex) {
  await knex.raw(`
    delete from notification_preferences where topic in
      ('approval-asked', 'approval-decided', 'sla-warning', 'sla-breach', 'satisfaction', 'incident', 'report');
    alter table notification_preferences drop constraint notification_preferences_topic_check;
    alter table notification_preferences add constraint notification_preferences_topic_check check (topic in
      ('mention', 'assigned', 'reply', 'note', 'status', 'team', 'following', 'received'));
    drop table mail_templates;
  `);
}
