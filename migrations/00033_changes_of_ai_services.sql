-- +goose Up
-- Changes of ai_services are told.
SELECT atelier_watch('ai_services', NULL, NULL);

-- +goose Down
SELECT atelier_unwatch('ai_services');
