-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_chat_user_updated
    ON chat (user_id, updated_at DESC, id COLLATE "C" DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_chat_user_archived_updated
    ON chat (user_id, archived, updated_at DESC, id COLLATE "C" DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_message_chat_created
    ON message (chat_id, created_at, id COLLATE "C");

-- +goose Down
SELECT atelier_drop_index('idx_message_chat_created');
SELECT atelier_drop_index('idx_chat_user_archived_updated');
SELECT atelier_drop_index('idx_chat_user_updated');
