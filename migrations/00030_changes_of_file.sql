-- +goose Up
-- Changes of file are told.
SELECT atelier_watch('file', 'user_id', NULL);

-- +goose Down
SELECT atelier_unwatch('file');
