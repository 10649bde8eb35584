-- +goose Up
-- People and their roles.
CREATE TABLE IF NOT EXISTS users (
    id                text COLLATE "C" PRIMARY KEY,
    name              text        NOT NULL,
    email             text        NOT NULL UNIQUE,
    role              text        NOT NULL DEFAULT 'pending' CHECK (role IN ('admin', 'user', 'pending')),
    profile_image_url text,
    last_active_at    timestamptz,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
SELECT atelier_drop_table('users');
