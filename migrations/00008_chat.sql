-- +goose Up
-- Chats; their messages have a table of their own.
CREATE TABLE IF NOT EXISTS chat (
    id         text COLLATE "C" PRIMARY KEY,
    user_id    text COLLATE "C" NOT NULL REFERENCES users (id),
    title      text NOT NULL,
    archived   boolean NOT NULL DEFAULT false,
    pinned     boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
SELECT atelier_drop_table('chat');
