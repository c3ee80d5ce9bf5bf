-- The layers that dbt builds. Run as hl_dbt, which owns them; dbt grants select table by table.
grant usage on schema staged, matched to hl_publisher, hl_analyst;
