-- +goose Up
-- Changes of message are told.
SELECT atelier_watch('message', 'user_id', 'chat_id');

-- +goose Down
SELECT atelier_unwatch('message');
