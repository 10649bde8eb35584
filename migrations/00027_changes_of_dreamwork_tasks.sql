-- +goose Up
-- Changes of dreamwork_tasks are told.
SELECT atelier_watch('dreamwork_tasks', 'user_id', NULL);

-- +goose Down
SELECT atelier_unwatch('dreamwork_tasks');
