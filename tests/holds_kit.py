"""Deliveries after the first, and the way back: for tests of what holds a publish."""

DELIVER = """
    with delivery as (
        insert into control.deliveries (delivery_id, partner, extract_date, content_sha256, route, status, received_at)
        values (%(name)s, %(partner)s, '2026-11-20', md5(random()::text), 'direct', 'loaded', now())
        returning delivery_key
    ),
    file as (
        insert into control.delivery_files (delivery_key, extract, rows_parsed, rows_loaded, rows_rejected)
        select delivery_key, %(extract)s, %(rows)s, %(rows)s, 0 from delivery
    )
    insert into control.current_snapshots
    select %(partner)s, %(extract)s, delivery_key, %(name)s, '2026-11-20', %(rows)s from delivery
    on conflict (partner, extract) do update set
        delivery_key = excluded.delivery_key, delivery_id = excluded.delivery_id, rows_loaded = excluded.rows_loaded
"""
RESTORE = (
    "delete from control.current_snapshots",
    "delete from control.deliveries where delivery_key not in (select delivery_key from control.saved)",
    "insert into control.current_snapshots select * from control.saved",
    "update control.deliveries set status = 'loaded'",
    "update control.delivery_files as file set rows_loaded = saved.rows_loaded from control.saved"
    " where file.delivery_key = saved.delivery_key and file.extract = saved.extract",
    "delete from control.delivery_approvals",
    "delete from control.change_approvals",
    "update control.publishes set published_at = now() - interval '1 hour'",
)
