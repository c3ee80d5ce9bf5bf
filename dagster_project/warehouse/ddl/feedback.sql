-- What partners were told, what was counted in their deliveries, and what a person approved. Run as the administrator,
-- like control.sql. Counts, codes and line numbers only.
create table if not exists control.partner_reports (
    delivery_key bigint primary key references control.deliveries (delivery_key) on delete cascade,
    partner text not null,
    told_status text not null,
    told_reason text,
    told_quality boolean not null,
    report_sha256 text not null,
    state text not null check (state in ('delivered', 'failed')),
    attempts integer not null,
    tried_at timestamptz not null
);

-- What a partner should know of a delivery that was loaded: files and positions of columns that are in no contract.
create table if not exists control.delivery_warnings (
    delivery_key bigint not null references control.deliveries (delivery_key) on delete cascade,
    warning text not null,
    primary key (delivery_key, warning)
);

-- One row per delivery, extract, measure and what the measure is of (an identifier, a column, a reason).
create table if not exists control.delivery_quality (
    delivery_key bigint not null references control.deliveries (delivery_key) on delete cascade,
    extract text not null,
    measure text not null,
    subject text not null,
    counted bigint not null,
    out_of bigint not null,
    primary key (delivery_key, extract, measure, subject)
);

-- Who let a held delivery or a held change through, and why. An approval of a delivery holds for that delivery; one of a
-- change for the value that was seen, until the next publish.
create table if not exists control.delivery_approvals (
    approval_key bigint generated always as identity primary key,
    delivery_key bigint not null references control.deliveries (delivery_key) on delete cascade,
    approved_by text not null,
    reason text not null,
    approved_at timestamptz not null
);

create table if not exists control.change_approvals (
    approval_key bigint generated always as identity primary key,
    subject text not null,
    approved_value numeric not null,
    approved_by text not null,
    reason text not null,
    approved_at timestamptz not null
);

-- Only the administrator approves: nothing that runs by itself can let itself through. The gate sees that, not who.
grant select (approval_key, delivery_key, approved_at) on control.delivery_approvals to hl_publisher, hl_analyst;
grant select (approval_key, subject, approved_value, approved_at) on control.change_approvals
to hl_publisher, hl_analyst;

grant select, insert, update, delete on control.partner_reports to hl_loader;
grant select, insert on control.delivery_warnings to hl_loader;
grant select on control.delivery_warnings to hl_publisher, hl_analyst;
grant select on control.partner_reports to hl_publisher, hl_analyst;
grant select, insert, update, delete on control.delivery_quality to hl_publisher;
grant select on control.delivery_quality to hl_loader, hl_analyst;
