-- The layers that dbt builds. Run as hl_dbt, which owns them; dbt grants select table by table.
grant usage on schema staged, matched to hl_publisher, hl_analyst;

-- What the optional Splink model finds alike, written anew before dbt builds and empty without an approved method. Two
-- record keys and a band: no score is kept.
create table if not exists matched.splink_pairs (
    left_record_key text not null,
    right_record_key text not null,
    band text not null check (band in ('splink_very_alike', 'splink_alike')),
    primary key (left_record_key, right_record_key)
);
