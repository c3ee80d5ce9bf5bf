-- What people decide about links, and the key that each person was last shown under. Run as the administrator, who alone
-- writes decisions. The pipeline reads the two records that a decision is about, and neither why it was taken nor by whom.
create table if not exists control.do_not_link (
    entry_id bigint generated always as identity primary key,
    left_partner text not null,
    left_record_id text not null,
    right_partner text,
    right_record_id text,
    reason text not null,
    added_by text not null,
    added_at timestamptz not null,
    removed_by text,
    removal_reason text,
    removed_at timestamptz,
    check ((right_partner is null) = (right_record_id is null)),
    check (num_nulls(removed_by, removal_reason, removed_at) in (0, 3))
);

create unique index if not exists do_not_link_stands_once
on control.do_not_link (left_partner, left_record_id, coalesce(right_partner, ''), coalesce(right_record_id, ''))
where removed_at is null;

-- Which of the two was found not to be the person's, where a link was undone; null where they are kept apart otherwise.
alter table control.do_not_link add column if not exists wrong_side text check (wrong_side in ('left', 'right'));

create table if not exists control.review_exports (
    export_id text primary key,
    exported_by text not null,
    exported_at timestamptz not null
);

-- What the reviewer was asked: an answer counts only while the question is still the same.
create table if not exists control.review_export_items (
    export_id text not null references control.review_exports (export_id) on delete cascade,
    item_id text not null,
    fingerprint text not null,
    primary key (export_id, item_id)
);

-- The newest decision on two records wins; the older ones stay on record. A question about one record has no right side.
create table if not exists control.review_decisions (
    decision_id bigint generated always as identity primary key,
    left_partner text not null,
    left_record_id text not null,
    right_partner text,
    right_record_id text,
    decision text not null check (decision in ('confirm', 'reject', 'unsure')),
    why text not null,
    decided_by text not null,
    decided_at timestamptz not null,
    export_id text not null references control.review_exports (export_id),
    item_id text not null,
    asked_reason text not null,
    evidence jsonb not null,
    check ((right_partner is null) = (right_record_id is null))
);

-- Who did what with the register and the queue stood in a table of its own before there was an access log.
do $$
declare
    line record;
begin
    if to_regclass('control.steward_log') is not null then
        for line in select * from control.steward_log order by log_id loop
            perform control.log_access(
                line.acted_by, line.action, '', '', line.detail || jsonb_build_object('happened_at', line.happened_at)
            );
        end loop;
        drop table control.steward_log;
    end if;
end
$$;

-- Every key that was ever shown, without a trace of whose it was: none of them is given to anybody else.
create table if not exists control.person_keys (
    person_key text primary key,
    first_publish_id text not null,
    first_shown_at timestamptz not null,
    last_publish_id text not null,
    last_shown_at timestamptz not null
);

-- The records behind the keys of the last publish, as salted hashes; replaced whole by each publish.
create table if not exists control.person_key_records (
    record_hash text primary key,
    person_key text not null references control.person_keys (person_key)
);

-- Restricted like the register: that one key split off another may be what the register keeps apart.
create table if not exists control.person_key_events (
    event_id bigint generated always as identity primary key,
    publish_id text not null,
    event text not null check (event in ('merged', 'split', 'retired')),
    person_key text not null,
    other_key text,
    records integer not null,
    happened_at timestamptz not null,
    check ((event = 'retired') = (other_key is null))
);

-- What the pipeline may know of a decision: the records it is about.
create or replace view control.do_not_link_records as
select left_partner, left_record_id, right_partner, right_record_id, wrong_side
from control.do_not_link
where removed_at is null;

create or replace view control.decided_records as
select decision_id, left_partner, left_record_id, right_partner, right_record_id, decision
from control.review_decisions;

grant select on control.do_not_link_records, control.decided_records to hl_dbt, hl_publisher;
grant select on control.person_keys, control.person_key_records to hl_dbt;
grant select, insert, update on control.person_keys to hl_publisher;
grant select, insert, delete on control.person_key_records to hl_publisher;
grant insert, select (publish_id, event) on control.person_key_events to hl_publisher;
