-- Functions that PostgreSQL lets everybody call and that write, or block others. Run as a superuser, where the
-- administrator is one: a person who may read the mart must not store objects, nor hold a lock that stops a publish.
do $$
declare
    callable regprocedure;
begin
    for callable in
        select oid::regprocedure
        from pg_catalog.pg_proc
        where
            pronamespace = 'pg_catalog'::regnamespace
            and (
                proname like 'pg\_advisory%'
                or proname like 'pg\_try\_advisory%'
                or proname in (
                    'lo_creat', 'lo_create', 'lo_from_bytea', 'lo_import', 'lo_export', 'lo_put', 'lo_unlink',
                    'lo_open', 'lo_truncate', 'lo_truncate64', 'lowrite'
                )
            )
    loop
        execute format('revoke execute on function %s from public', callable);
        if callable::text like 'pg\_%advisory%' then
            execute format('grant execute on function %s to hl_loader, hl_publisher, hl_log_owner', callable);
        end if;
    end loop;
    -- A block of code could write what it likes into the server's log.
    revoke usage on language plpgsql from public;
    grant usage on language plpgsql to hl_log_owner, hl_access_owner;
end
$$;
