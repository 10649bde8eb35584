-- +goose Up
-- Changes of models are told.
SELECT atelier_watch('models', 'user_id', NULL);

-- +goose Down
SELECT atelier_unwatch('models');
