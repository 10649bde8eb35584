-- +goose Up
-- Changes of credit_log are told.
SELECT atelier_watch('credit_log', 'user_id', 'task_id');

-- +goose Down
SELECT atelier_unwatch('credit_log');
