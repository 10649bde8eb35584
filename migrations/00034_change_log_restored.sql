-- +goose Up
-- A log that was restored from a dump names transactions of another server, which may be far ahead of this one's: each reading would find a
-- gap, and nothing would be pruned, until this server has come as far.
-- +goose StatementBegin
DO $$ BEGIN EXECUTE replace($function$

-- Takes away what is older than an hour, 10,000 rows at most, and returns their number. It stops at the oldest transaction that is
-- still open, since readers go on from there. While another prunes, and under REPEATABLE READ, where it could fail, it does nothing.
CREATE OR REPLACE FUNCTION @schema@.atelier_prune_changes() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    pruned bigint;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed'
       OR NOT pg_try_advisory_xact_lock(x'6174656c7072756e'::bigint) -- "atelprun"
    THEN
        RETURN 0;
    END IF;
    -- What is told of transactions that are still to come is another server's, from which the tables were restored: all of it goes.
    IF EXISTS (SELECT FROM @schema@.atelier_change_feed WHERE pruned_through >= pg_snapshot_xmax(pg_current_snapshot()) AND pruned_through IS DISTINCT FROM pg_current_xact_id_if_assigned())
       OR EXISTS (SELECT FROM @schema@.atelier_change_log WHERE transaction_id >= pg_snapshot_xmax(pg_current_snapshot()) AND transaction_id IS DISTINCT FROM pg_current_xact_id_if_assigned())
    THEN
        DELETE FROM @schema@.atelier_change_log WHERE transaction_id >= pg_snapshot_xmax(pg_current_snapshot()) AND transaction_id IS DISTINCT FROM pg_current_xact_id_if_assigned();
        UPDATE @schema@.atelier_change_feed SET pruned_through = pg_current_xact_id();
    END IF;
    WITH oldest AS (
        SELECT transaction_id, entry, at
        FROM @schema@.atelier_change_log
        WHERE transaction_id >= (SELECT pruned_through FROM @schema@.atelier_change_feed)
          AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY transaction_id, entry
        LIMIT 10000
    ), judged AS (
        SELECT transaction_id, entry,
               bool_or(at >= clock_timestamp() - interval '1 hour') OVER (ORDER BY transaction_id, entry) AS stays
        FROM oldest
    ), gone AS (
        DELETE FROM @schema@.atelier_change_log l
        USING judged j
        WHERE NOT j.stays AND l.transaction_id = j.transaction_id AND l.entry = j.entry
        RETURNING l.transaction_id
    ), moved AS (
        UPDATE @schema@.atelier_change_feed
        SET pruned_through = (SELECT transaction_id FROM gone ORDER BY transaction_id DESC LIMIT 1)
        WHERE EXISTS (SELECT FROM gone)
    )
    SELECT count(*) INTO pruned FROM gone;
    RETURN pruned;
END
$body$

$function$, '@schema@', quote_ident(current_schema())); END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DO $$ BEGIN EXECUTE replace($function$

-- Takes away what is older than an hour, 10,000 rows at most, and returns their number. It stops at the oldest transaction that is
-- still open, since readers go on from there. While another prunes, and under REPEATABLE READ, where it could fail, it does nothing.
CREATE OR REPLACE FUNCTION @schema@.atelier_prune_changes() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    pruned bigint;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed'
       OR NOT pg_try_advisory_xact_lock(x'6174656c7072756e'::bigint) -- "atelprun"
    THEN
        RETURN 0;
    END IF;
    WITH oldest AS (
        SELECT transaction_id, entry, at
        FROM @schema@.atelier_change_log
        WHERE transaction_id >= (SELECT pruned_through FROM @schema@.atelier_change_feed)
          AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY transaction_id, entry
        LIMIT 10000
    ), judged AS (
        SELECT transaction_id, entry,
               bool_or(at >= clock_timestamp() - interval '1 hour') OVER (ORDER BY transaction_id, entry) AS stays
        FROM oldest
    ), gone AS (
        DELETE FROM @schema@.atelier_change_log l
        USING judged j
        WHERE NOT j.stays AND l.transaction_id = j.transaction_id AND l.entry = j.entry
        RETURNING l.transaction_id
    ), moved AS (
        UPDATE @schema@.atelier_change_feed
        SET pruned_through = (SELECT transaction_id FROM gone ORDER BY transaction_id DESC LIMIT 1)
        WHERE EXISTS (SELECT FROM gone)
    )
    SELECT count(*) INTO pruned FROM gone;
    RETURN pruned;
END
$body$

$function$, '@schema@', quote_ident(current_schema())); END $$;
-- +goose StatementEnd
