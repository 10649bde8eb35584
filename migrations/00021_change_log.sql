-- +goose Up
-- What statements did to the tables that are watched, one row for each: see docs/architecture.md, "Changes".
CREATE TABLE atelier_change_log (
    transaction_id xid8        NOT NULL DEFAULT pg_current_xact_id(),
    entry          bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    table_name     text        NOT NULL,
    kind           text        NOT NULL, -- INSERT, UPDATE, DELETE, TRUNCATE
    is_all         boolean     NOT NULL, -- any row of the table may have changed; the lists are empty then
    ids            text[]      NOT NULL DEFAULT '{}',
    owners         text[]      NOT NULL DEFAULT '{}', -- of an UPDATE: before and after it; parents likewise
    parents        text[]      NOT NULL DEFAULT '{}',
    at             timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (transaction_id, entry)  -- Read from a transaction on; pruned up to one.
);

-- The state of the log, in one row.
CREATE TABLE atelier_change_feed (
    only_row       boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    is_on          boolean NOT NULL DEFAULT true, -- what the operator wants; the triggers say what is
    pruned_through xid8    NOT NULL DEFAULT pg_current_xact_id() -- rows of transactions up to this one may be gone
);
INSERT INTO atelier_change_feed DEFAULT VALUES;

-- Keys of the shared cache begin with the epoch: when it moves on, nothing that was cached before is found any more.
CREATE TABLE atelier_cache_epoch (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    epoch    bigint  NOT NULL DEFAULT 1
);
INSERT INTO atelier_cache_epoch DEFAULT VALUES;

-- +goose StatementBegin
DO $$ BEGIN EXECUTE replace($function$

-- Takes away what is older than an hour, 10,000 rows at most, and returns their number. It stops at the oldest transaction that is
-- still open, since readers go on from there. While another prunes, and under REPEATABLE READ, where it could fail, it does nothing.
CREATE FUNCTION @schema@.atelier_prune_changes() RETURNS bigint
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

-- Makes atelier_tell_TABLE(), the function behind the triggers of a table, and the triggers. owner and parent are columns or NULL.
--
-- Whoever may write to the table need not have rights on the log: the function has its owner's. So it trusts no search_path.
-- It looks at 1,001 rows of a statement at most: more are a wildcard. It takes no savepoint, which would cost each statement a
-- transaction id: where the log is missing, writes fail.
-- +goose StatementBegin
CREATE FUNCTION atelier_watch(named text, owner text, parent text) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    columns text := format('id::text COLLATE "C" AS id, %s::text COLLATE "C" AS owner, %s::text COLLATE "C" AS parent',
                           coalesce(quote_ident(owner), 'NULL'), coalesce(quote_ident(parent), 'NULL'));
    writing text := $sql$
        INSERT INTO @schema@.atelier_change_log (table_name, kind, is_all, ids, owners, parents)
        SELECT @table@, TG_OP, is_all,
               CASE WHEN is_all THEN '{}' ELSE ids END,
               CASE WHEN is_all OR owners IS NULL THEN '{}' ELSE owners END,
               CASE WHEN is_all OR parents IS NULL THEN '{}' ELSE parents END
        FROM (
            SELECT count(*) AS rows, count(*) > @most@ AS is_all, array_agg(DISTINCT id) AS ids,
                   array_agg(DISTINCT owner) FILTER (WHERE owner IS NOT NULL) AS owners,
                   array_agg(DISTINCT parent) FILTER (WHERE parent IS NOT NULL) AS parents
            FROM (@rows@) r
        ) changed
        WHERE rows > 0
        RETURNING entry INTO number;$sql$;
    function text := $sql$
CREATE FUNCTION @schema@.@function@() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    number bigint;
BEGIN
    IF TG_OP = 'INSERT' THEN@insert@
    ELSIF TG_OP = 'UPDATE' THEN@update@
    ELSIF TG_OP = 'DELETE' THEN@delete@
    ELSE
        INSERT INTO @schema@.atelier_change_log (table_name, kind, is_all)
        VALUES (@table@, TG_OP, true)
        RETURNING entry INTO number;
    END IF;
    IF number IS NULL THEN
        RETURN NULL; -- It touched no rows.
    END IF;
    IF number % 4096 = 0 THEN
        PERFORM @schema@.atelier_prune_changes(); -- So that the log stays small also where no server runs.
    END IF;
    -- A transaction that has notified cannot be prepared: programs with two-phase commit set atelier.notify to off.
    IF current_setting('atelier.notify', true) IS DISTINCT FROM 'off' THEN
        PERFORM pg_notify(@channel@, ''); -- It only wakes: a transaction's notices fold into one.
    END IF;
    RETURN NULL;
END
$body$
$sql$;
    before text := 'SELECT ' || columns || ' FROM old_rows LIMIT 1001';
    after  text := 'SELECT ' || columns || ' FROM new_rows LIMIT 1001';
BEGIN
    function := replace(function, '@insert@', replace(replace(writing, '@rows@', after), '@most@', '1000'));
    function := replace(function, '@update@', replace(replace(writing, '@rows@', '(' || before || ') UNION ALL (' || after || ')'), '@most@', '2000'));
    function := replace(function, '@delete@', replace(replace(writing, '@rows@', before), '@most@', '1000'));
    function := replace(function, '@schema@', quote_ident(current_schema()));
    function := replace(function, '@function@', quote_ident('atelier_tell_' || named));
    function := replace(function, '@table@', quote_literal(named));
    function := replace(function, '@channel@', quote_literal(atelier_change_channel()));
    EXECUTE function;
    EXECUTE format('REVOKE ALL ON FUNCTION %I() FROM PUBLIC', 'atelier_tell_' || named);
    IF (SELECT is_on FROM atelier_change_feed) THEN
        PERFORM atelier_watch_on(named);
    END IF;
END
$$;
-- +goose StatementEnd

-- The channel on which changes of this schema's tables wake their readers. A name holds 63 bytes.
CREATE FUNCTION atelier_change_channel() RETURNS text
    LANGUAGE sql STABLE
    AS $$ SELECT ('atelier_changes_' || current_schema())::name::text $$;

-- Puts the triggers of a table in place, whatever has become of them. They fire for replicated writes as well (ALWAYS).
-- +goose StatementBegin
CREATE FUNCTION atelier_watch_on(named text) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    event text[];
BEGIN
    PERFORM atelier_watch_off(named);
    FOREACH event SLICE 1 IN ARRAY ARRAY[
        ['INSERT', 'REFERENCING NEW TABLE AS new_rows'],
        ['UPDATE', 'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'],
        ['DELETE', 'REFERENCING OLD TABLE AS old_rows'],
        ['TRUNCATE', '']]
    LOOP
        EXECUTE format('CREATE TRIGGER %I AFTER %s ON %I %s FOR EACH STATEMENT EXECUTE FUNCTION %I()',
                       'atelier_tell_' || lower(event[1]), event[1], named, event[2], 'atelier_tell_' || named);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', named, 'atelier_tell_' || lower(event[1]));
    END LOOP;
END
$$;
-- +goose StatementEnd

-- Takes the triggers of a table away: what is written to it from then on is not told.
-- +goose StatementBegin
CREATE FUNCTION atelier_watch_off(named text) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    trigger name;
BEGIN
    FOR trigger IN
        SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass(quote_ident(named)) AND tgname LIKE 'atelier\_tell\_%'
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %I', trigger, named);
    END LOOP;
END
$$;
-- +goose StatementEnd

-- The way back from atelier_watch.
-- +goose StatementBegin
CREATE FUNCTION atelier_unwatch(named text) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    PERFORM atelier_watch_off(named);
    EXECUTE format('DROP FUNCTION IF EXISTS %I()', 'atelier_tell_' || named);
END
$$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION atelier_unwatch(text);
DROP FUNCTION atelier_watch_off(text);
DROP FUNCTION atelier_watch_on(text);
DROP FUNCTION atelier_change_channel();
DROP FUNCTION atelier_watch(text, text, text);
DROP FUNCTION atelier_prune_changes();
DROP TABLE atelier_cache_epoch;
DROP TABLE atelier_change_feed;
DROP TABLE atelier_change_log;
