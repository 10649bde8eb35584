-- +goose Up
-- Changes of users are told.
SELECT atelier_watch('users', 'id', NULL);

-- +goose Down
SELECT atelier_unwatch('users');
