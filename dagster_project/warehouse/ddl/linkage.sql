-- How linkage came out in each publish: what matched.linkage_report held, small counts suppressed. Run as the
-- administrator, like control.sql.
create table if not exists control.linkage_history (
    publish_id text not null references control.publishes (publish_id) on delete cascade,
    measure text not null,
    breakdown text not null,
    category text not null,
    counted bigint,
    primary key (publish_id, measure, breakdown, category)
);

grant select on control.linkage_history to hl_publisher, hl_analyst;
grant insert on control.linkage_history to hl_publisher;
