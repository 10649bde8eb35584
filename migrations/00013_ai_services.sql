-- +goose Up
-- One row per AI service. No secret is kept here: API keys come from the environment.
CREATE TABLE IF NOT EXISTS ai_services (
    id                   text COLLATE "C" PRIMARY KEY,  -- midjourney | flux | dreamwork
    enabled              boolean NOT NULL DEFAULT true,
    base_url             text,
    prices               jsonb NOT NULL DEFAULT '{}',   -- e.g. {"turbo": "10.0000", "fast": "5.0000", "relax": "2.0000"}
    defaults             jsonb NOT NULL DEFAULT '{}',
    max_concurrent_tasks integer NOT NULL DEFAULT 5 CHECK (max_concurrent_tasks > 0),
    task_timeout_seconds integer NOT NULL DEFAULT 300 CHECK (task_timeout_seconds > 0),
    created_at           timestamptz NOT NULL DEFAULT now(),
    updated_at           timestamptz NOT NULL DEFAULT now()
);

-- A service that the table has already stays as it is; what is added here is remembered, for the way down.
WITH added AS (
    INSERT INTO ai_services (id, prices)
    VALUES ('midjourney', '{"turbo": "10.0000", "fast": "5.0000", "relax": "2.0000"}'),
           ('flux', '{}'),
           ('dreamwork', '{}')
    ON CONFLICT DO NOTHING
    RETURNING id
)
INSERT INTO atelier_added (table_name, kind, name)
SELECT 'ai_services', 'row', id FROM added
ON CONFLICT DO NOTHING;

-- +goose Down
SELECT atelier_drop_table('ai_services');
