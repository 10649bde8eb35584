-- +goose Up
-- Changes of chat are told.
SELECT atelier_watch('chat', 'user_id', NULL);

-- +goose Down
SELECT atelier_unwatch('chat');
