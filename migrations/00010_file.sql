-- +goose Up
-- Files that users have uploaded.
CREATE TABLE IF NOT EXISTS file (
    id         text COLLATE "C" PRIMARY KEY,
    user_id    text COLLATE "C" NOT NULL REFERENCES users (id),
    hash       text,
    filename   text NOT NULL,
    path       text,
    meta       jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
SELECT atelier_drop_table('file');
