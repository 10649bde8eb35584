-- +goose Up
-- Changes of generated_files are told.
SELECT atelier_watch('generated_files', 'user_id', 'source_task_id');

-- +goose Down
SELECT atelier_unwatch('generated_files');
