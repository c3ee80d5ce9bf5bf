-- Evidence of what was published, and what people have attested. Run as the administrator, like control.sql.
-- A pack counts only with its row here, which is written in the transaction of its publish.
create table if not exists control.evidence_packs (
    sequence bigint generated always as identity unique,
    publish_id text primary key references control.publishes (publish_id) on delete cascade,
    pack_sha256 text not null,
    page_sha256 text not null,
    previous_sha256 text,
    written_at timestamptz not null
);

-- Null for a pack from before there was an OSCAL file beside it.
alter table control.evidence_packs add column if not exists oscal_sha256 text;

-- Who attested and in which words stays here; a pack shows the dates and the record's hash.
create table if not exists control.attestations (
    attestation_key bigint generated always as identity primary key,
    clause text not null,
    attested_by text not null,
    attested_on date not null,
    valid_until date not null,
    note text not null,
    record_sha256 text not null,
    recorded_at timestamptz not null,
    check (valid_until >= attested_on)
);

grant select on control.evidence_packs to hl_publisher, hl_analyst;
grant insert on control.evidence_packs to hl_publisher;

-- Only the administrator attests: nothing that runs by itself can vouch for itself.
grant select (attestation_key, clause, attested_on, valid_until, record_sha256) on control.attestations
to hl_publisher, hl_analyst;
