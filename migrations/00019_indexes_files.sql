-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_file_user_created
    ON file (user_id, created_at DESC, id COLLATE "C" DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_generated_files_user_service
    ON generated_files (user_id, source_type, created_at DESC, id COLLATE "C" DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_generated_files_user_created
    ON generated_files (user_id, created_at DESC, id COLLATE "C" DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_generated_files_source
    ON generated_files (source_type, source_task_id, created_at, id COLLATE "C");

-- +goose Down
SELECT atelier_drop_index('idx_generated_files_source');
SELECT atelier_drop_index('idx_generated_files_user_created');
SELECT atelier_drop_index('idx_generated_files_user_service');
SELECT atelier_drop_index('idx_file_user_created');
