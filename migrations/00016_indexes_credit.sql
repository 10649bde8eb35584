-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_credit_log_user_time
    ON credit_log (user_id, created_at DESC, id COLLATE "C" DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_credit_log_task
    ON credit_log (task_id);
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS idx_credit_log_user_idempotency
    ON credit_log (user_id, idempotency_key) WHERE (idempotency_key IS NOT NULL);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_credit_log_user_kind
    ON credit_log (user_id, kind, created_at) INCLUDE (delta);

-- +goose Down
SELECT atelier_drop_index('idx_credit_log_user_kind');
SELECT atelier_drop_index('idx_credit_log_user_idempotency');
SELECT atelier_drop_index('idx_credit_log_task');
SELECT atelier_drop_index('idx_credit_log_user_time');
