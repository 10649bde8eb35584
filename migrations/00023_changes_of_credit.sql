-- +goose Up
-- Changes of credit are told.
SELECT atelier_watch('credit', 'user_id', NULL);

-- +goose Down
SELECT atelier_unwatch('credit');
