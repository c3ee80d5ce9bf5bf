-- Run as the administrator and given to hl_dbt, whose the tables of each mart are: nobody else may lock them. The
-- publisher lends it the schema for as long as a publish takes. All tables are taken in one moment when nobody reads, or
-- none: who queued behind one of them would keep another from ever being free. True when they are held.
create or replace function control.hold_readers(try_until timestamptz) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    held_tables text;
begin
    select string_agg(format('mart_previous.%I', pg_class.relname), ', ' order by pg_class.relname) into held_tables
    from pg_class
    where pg_class.relnamespace = to_regnamespace('mart_previous') and pg_class.relkind in ('r', 'p');
    if held_tables is null then
        return true;
    end if;
    loop
        begin
            execute 'lock table ' || held_tables || ' in access exclusive mode nowait';
            return true;
        exception when lock_not_available then
            if clock_timestamp() > try_until then
                return false;
            end if;
        end;
        perform pg_sleep(0.001 + random() * 0.003);
    end loop;
end
$$;

revoke all on function control.hold_readers(timestamptz) from public;
alter function control.hold_readers(timestamptz) owner to hl_dbt;
grant execute on function control.hold_readers(timestamptz) to hl_publisher;
