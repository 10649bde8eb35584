-- +goose Up
-- What this schema held before the first migration: the way down leaves it alone.
CREATE TABLE atelier_adopted (
    kind text NOT NULL CHECK (kind IN ('table', 'column', 'index', 'trigger')),
    name text NOT NULL, -- table, table.column, index, table.trigger
    PRIMARY KEY (kind, name)
);

-- What migrations have added to tables that were here before: the way down takes it away again.
CREATE TABLE atelier_added (
    table_name text NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('column', 'default', 'not null', 'index', 'row')),
    name       text NOT NULL, -- the column, the index or the id of the row
    PRIMARY KEY (table_name, kind, name)
);

INSERT INTO atelier_adopted (kind, name)
WITH relation AS (
    SELECT c.oid, c.relname, c.relkind IN ('i', 'I') AS is_index
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema()
      AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'i', 'I')
      AND c.relname NOT LIKE 'atelier\_%'
)
SELECT CASE WHEN is_index THEN 'index' ELSE 'table' END, relname
FROM relation
UNION ALL
SELECT 'column', r.relname || '.' || a.attname
FROM relation r
JOIN pg_attribute a ON a.attrelid = r.oid
WHERE NOT r.is_index AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'trigger', r.relname || '.' || t.tgname
FROM relation r
JOIN pg_trigger t ON t.tgrelid = r.oid
WHERE NOT t.tgisinternal;

CREATE FUNCTION atelier_is_adopted(of_kind text, named text) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$ SELECT EXISTS (SELECT FROM atelier_adopted WHERE kind = of_kind AND name = named) $$;

-- +goose StatementBegin
CREATE FUNCTION atelier_drop_index(named text) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    IF NOT atelier_is_adopted('index', named) THEN
        EXECUTE format('DROP INDEX IF EXISTS %I', named);
    END IF;
END
$$;
-- +goose StatementEnd

-- Drops a table that a migration created. From a table that was here before it takes what was added.
-- +goose StatementBegin
CREATE FUNCTION atelier_drop_table(named text) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    change text;
BEGIN
    IF NOT atelier_is_adopted('table', named) THEN
        EXECUTE format('DROP TABLE IF EXISTS %I', named);
    ELSE
        FOR change IN
            SELECT format(
                CASE a.kind
                    WHEN 'row'      THEN 'DELETE FROM %1$I WHERE id = %2$L'
                    WHEN 'index'    THEN 'DROP INDEX IF EXISTS %2$I'
                    WHEN 'default'  THEN 'ALTER TABLE IF EXISTS %1$I ALTER COLUMN %2$I DROP DEFAULT'
                    WHEN 'not null' THEN 'ALTER TABLE IF EXISTS %1$I ALTER COLUMN %2$I DROP NOT NULL'
                    WHEN 'column'   THEN 'ALTER TABLE IF EXISTS %1$I DROP COLUMN IF EXISTS %2$I'
                END, a.table_name, a.name)
            FROM atelier_added a
            WHERE a.table_name = named
            ORDER BY array_position(ARRAY['row', 'index', 'default', 'not null', 'column'], a.kind), a.name
        LOOP
            EXECUTE change;
        END LOOP;
    END IF;
    DELETE FROM atelier_added WHERE table_name = named;
END
$$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION atelier_drop_table(text);
DROP FUNCTION atelier_drop_index(text);
DROP FUNCTION atelier_is_adopted(text, text);
DROP TABLE atelier_added;
DROP TABLE atelier_adopted;
