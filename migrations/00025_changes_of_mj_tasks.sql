-- +goose Up
-- Changes of mj_tasks are told.
SELECT atelier_watch('mj_tasks', 'user_id', NULL);

-- +goose Down
SELECT atelier_unwatch('mj_tasks');
