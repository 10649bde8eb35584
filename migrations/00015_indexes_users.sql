-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_users_created
    ON users (created_at DESC, id COLLATE "C" DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_users_name
    ON users (name, id COLLATE "C");
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_users_role_created
    ON users (role, created_at DESC, id COLLATE "C" DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_users_role_name
    ON users (role, name, id COLLATE "C");

-- +goose Down
SELECT atelier_drop_index('idx_users_role_name');
SELECT atelier_drop_index('idx_users_role_created');
SELECT atelier_drop_index('idx_users_name');
SELECT atelier_drop_index('idx_users_created');
