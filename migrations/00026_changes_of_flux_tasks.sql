-- +goose Up
-- Changes of flux_tasks are told.
SELECT atelier_watch('flux_tasks', 'user_id', NULL);

-- +goose Down
SELECT atelier_unwatch('flux_tasks');
