-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_mj_tasks_user_status
    ON mj_tasks (user_id, status, submit_time DESC, id COLLATE "C" DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_mj_tasks_submit_time
    ON mj_tasks (submit_time DESC, id COLLATE "C" DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_mj_tasks_user_submit
    ON mj_tasks (user_id, submit_time DESC, id COLLATE "C" DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_mj_tasks_status_submit
    ON mj_tasks (status, submit_time DESC, id COLLATE "C" DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_flux_tasks_user_created
    ON flux_tasks (user_id, created_at DESC, id COLLATE "C" DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_flux_tasks_created
    ON flux_tasks (created_at DESC, id COLLATE "C" DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_flux_tasks_user_status
    ON flux_tasks (user_id, status, created_at DESC, id COLLATE "C" DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_flux_tasks_status_created
    ON flux_tasks (status, created_at DESC, id COLLATE "C" DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_dreamwork_tasks_status_updated
    ON dreamwork_tasks (status, updated_at, id COLLATE "C");
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_dreamwork_tasks_user_submit
    ON dreamwork_tasks (user_id, submit_time DESC, id COLLATE "C" DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_dreamwork_tasks_submit_time
    ON dreamwork_tasks (submit_time DESC, id COLLATE "C" DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_dreamwork_tasks_user_status
    ON dreamwork_tasks (user_id, status, submit_time DESC, id COLLATE "C" DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_dreamwork_tasks_status_submit
    ON dreamwork_tasks (status, submit_time DESC, id COLLATE "C" DESC);

-- +goose Down
SELECT atelier_drop_index('idx_dreamwork_tasks_status_submit');
SELECT atelier_drop_index('idx_dreamwork_tasks_user_status');
SELECT atelier_drop_index('idx_dreamwork_tasks_submit_time');
SELECT atelier_drop_index('idx_dreamwork_tasks_user_submit');
SELECT atelier_drop_index('idx_dreamwork_tasks_status_updated');
SELECT atelier_drop_index('idx_flux_tasks_status_created');
SELECT atelier_drop_index('idx_flux_tasks_user_status');
SELECT atelier_drop_index('idx_flux_tasks_created');
SELECT atelier_drop_index('idx_flux_tasks_user_created');
SELECT atelier_drop_index('idx_mj_tasks_status_submit');
SELECT atelier_drop_index('idx_mj_tasks_user_submit');
SELECT atelier_drop_index('idx_mj_tasks_submit_time');
SELECT atelier_drop_index('idx_mj_tasks_user_status');
