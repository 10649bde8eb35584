-- +goose Up
-- Messages of chats; they go with their chat.
CREATE TABLE IF NOT EXISTS message (
    id         text COLLATE "C" PRIMARY KEY,
    chat_id    text COLLATE "C" NOT NULL REFERENCES chat (id) ON DELETE CASCADE,
    user_id    text COLLATE "C" NOT NULL REFERENCES users (id),
    parent_id  text COLLATE "C",
    role       text NOT NULL CHECK (role IN ('user', 'assistant', 'system')),
    content    text NOT NULL,
    meta       jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
SELECT atelier_drop_table('message');
