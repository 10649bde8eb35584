-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_models_name
    ON models (name, id COLLATE "C");

-- +goose Down
SELECT atelier_drop_index('idx_models_name');
