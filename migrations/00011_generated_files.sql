-- +goose Up
-- Files that tasks have made. source_type is the service: midjourney, flux or dreamwork.
CREATE TABLE IF NOT EXISTS generated_files (
    id               text COLLATE "C" PRIMARY KEY,
    user_id          text COLLATE "C" NOT NULL REFERENCES users (id),
    filename         text NOT NULL,
    file_type        text NOT NULL,     -- image, video …
    mime_type        text,
    file_size        bigint,            -- bytes
    storage_provider text,              -- local, s3 …
    local_path       text,
    cloud_url        text,
    source_type      text NOT NULL,     -- the service: midjourney | flux | dreamwork
    source_task_id   text COLLATE "C",
    file_metadata    jsonb,
    status           text NOT NULL DEFAULT 'active',
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
SELECT atelier_drop_table('generated_files');
