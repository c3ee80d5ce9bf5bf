-- Run as the administrator and given to hl_dbt, whose the tables of each mart are: nobody else may lock them. The
-- publisher lends it the schema for as long.
create or replace function control.hold_readers(held_schema text) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    held_table text;
begin
    if held_schema not in ('mart', 'mart_previous') then
        raise exception 'the schema % is no mart', held_schema using errcode = 'invalid_parameter_value';
    end if;
    for held_table in
        select pg_class.relname from pg_class
        where pg_class.relnamespace = to_regnamespace(held_schema) and pg_class.relkind in ('r', 'p')
        order by pg_class.relname
    loop
        execute format('lock table %I.%I in access exclusive mode', held_schema, held_table);
    end loop;
end
$$;

revoke all on function control.hold_readers(text) from public;
alter function control.hold_readers(text) owner to hl_dbt;
grant execute on function control.hold_readers(text) to hl_publisher;
