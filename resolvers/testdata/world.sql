-- A small world in which everyone owns one of everything, and rows name rows of others. What is a person's own affair holds
-- "private-" and the person's id in every text and document, and its amounts end in four digits of theirs.
CREATE TEMPORARY TABLE person AS
SELECT *, 'private-' || id AS mark, jsonb_build_object('note', 'private-' || id) AS doc, n * 0.1111 AS amount,
    timestamptz '2026-03-01 00:00:00Z' + n * interval '1 day' AS at
FROM (VALUES
    ('ada', 'Ada', 'admin', 1, 'bob'), ('bob', 'Bob', 'user', 2, 'cleo'), ('cleo', 'Cleo', 'user', 3, 'pia'), ('pia', 'Pia', 'pending', 4, 'ada')
) p (id, name, role, n, next);

INSERT INTO users (id, name, email, role, profile_image_url, last_active_at, created_at)
SELECT id, name, mark || '@example.com', role, '/pictures/' || id || '.png', at + interval '1 hour', at FROM person;

INSERT INTO credit (id, user_id, credit) SELECT 'credit-' || id, id, 100 * n + amount FROM person;

-- Task 1 is the person's own affair; task 2 works on a task of the next person's.
INSERT INTO mj_tasks (id, user_id, action, mode, status, prompt, prompt_en, description, progress, image_url, cloud_image_url, fail_reason,
    parent_task_id, properties, buttons, credits_cost, submit_time, start_time, finish_time, updated_at)
SELECT 'mj-' || id || '-' || k, id, 'VARIATION', 'fast', 'SUCCESS', mark, mark, mark, 100, '/' || mark || '.png', '/' || mark || '-kept.png', mark,
    CASE k WHEN 1 THEN 'mj-' || id || '-2' ELSE 'mj-' || next || '-1' END, doc, jsonb_build_array(doc), 5 + amount,
    at + k * interval '1 minute', at + k * interval '2 minutes', at + k * interval '3 minutes', at + k * interval '3 minutes'
FROM person, generate_series(1, 2) k;

INSERT INTO flux_tasks (id, user_id, request_id, model, task_type, status, prompt, input_image_url, num_images, aspect_ratio, guidance_scale,
    num_inference_steps, seed, progress, image_url, cloud_image_url, error_message, retry_count, credits_cost, started_at, completed_at, created_at, updated_at)
SELECT 'flux-' || id, id, mark, mark, 'image_to_image', 'FAILED', mark, '/' || mark || '-in.png', 2, '16:9', 3.5,
    28, 9007199254740993, 40, '/' || mark || '.png', '/' || mark || '-kept.png', mark, 1, 4 + amount,
    at + interval '11 minutes', at + interval '12 minutes', at + interval '10 minutes', at + interval '12 minutes'
FROM person;

INSERT INTO dreamwork_tasks (id, user_id, action, status, prompt, model, size, guidance_scale, seed, watermark, progress, input_image, image_url,
    cloud_image_url, fail_reason, credits_cost, submit_time, start_time, finish_time, updated_at)
SELECT 'dream-' || id, id, 'IMAGE_TO_IMAGE', 'IN_PROGRESS', mark, mark, '1024x1024', 7.5, 42, true, 60, '/' || mark || '-in.png', '/' || mark || '.png',
    '/' || mark || '-kept.png', mark, 3 + amount, at + interval '20 minutes', at + interval '21 minutes', at + interval '22 minutes', at + interval '22 minutes'
FROM person;

-- Of a person's ledger entries, one names a task of the next person's, and one no service.
INSERT INTO credit_log (id, user_id, kind, delta, balance_after, detail, task_id, task_service, created_at)
SELECT 'log-' || id || '-' || k, id, (ARRAY['HOLD', 'RELEASE', 'SETTLE', 'GRANT'])[k], amount - k, 100 * n + amount, doc,
    CASE k WHEN 1 THEN 'mj-' || id || '-1' WHEN 2 THEN 'flux-' || next WHEN 3 THEN 'dream-' || next ELSE 'flux-' || id END,
    CASE k WHEN 1 THEN 'midjourney' WHEN 2 THEN 'flux' END, at + k * interval '1 minute'
FROM person, generate_series(1, 4) k;

-- A person's second chat is put away. Their last message answers one of the next person's.
INSERT INTO chat (id, user_id, title, archived, pinned, created_at, updated_at)
SELECT 'chat-' || id || '-' || k, id, mark || ' ' || k, k = 2, k = 1, at, at + k * interval '1 hour' FROM person, generate_series(1, 2) k;
INSERT INTO message (id, chat_id, user_id, parent_id, role, content, meta, created_at, updated_at)
SELECT 'message-' || id || '-' || k, 'chat-' || id || '-1', id,
    CASE k WHEN 1 THEN NULL WHEN 2 THEN 'message-' || id || '-1' ELSE 'message-' || next || '-1' END,
    (ARRAY['user', 'assistant', 'system'])[k], mark || ' ' || k, doc, at + k * interval '1 minute', at + k * interval '1 minute'
FROM person, generate_series(1, 3) k;

-- The next person wrote one message in a person's chat: it belongs to the chat's owner.
INSERT INTO message (id, chat_id, user_id, role, content, meta, created_at, updated_at)
SELECT 'message-' || id || '-4', 'chat-' || id || '-1', next, 'user', mark || ' 4', doc, at + interval '4 minutes', at + interval '4 minutes' FROM person;

INSERT INTO file (id, user_id, hash, filename, path, meta, created_at, updated_at)
SELECT 'file-' || id, id, mark, mark || '.jpg', '/secret-path/' || mark, doc, at, at FROM person;

-- Generated files of one's own tasks, one that says it came of the next person's, and one of a service unknown here.
INSERT INTO generated_files (id, user_id, filename, file_type, mime_type, file_size, storage_provider, local_path, cloud_url, source_type,
    source_task_id, file_metadata, status, created_at, updated_at)
SELECT 'made-' || id || '-' || k, id, mark || '.png', 'image', 'image/png', 9007199254740993, mark, '/secret-path/' || mark, '/' || mark || '.png',
    (ARRAY['midjourney', 'flux', 'somewhere', 'flux', 'dreamwork'])[k],
    (ARRAY['mj-' || id || '-1', 'flux-' || next, 'mj-' || id || '-1', 'flux-' || id, 'dream-' || id])[k],
    doc, mark, at + k * interval '1 minute', at + k * interval '1 minute'
FROM person, generate_series(1, 5) k;

-- Models: for everyone, lent to the next person, for oneself, with rules that cannot be read, and switched off. The open ones of a
-- person build on their secret ones.
INSERT INTO models (id, user_id, base_model_id, name, params, meta, access_control, price, is_active, created_at, updated_at)
SELECT 'model-' || id || '-' || kind, id, CASE kind WHEN 'open' THEN 'model-' || id || '-secret' ELSE 'model-' || next || '-open' END,
    CASE kind WHEN 'open' THEN 'Open to all, by ' || name WHEN 'off' THEN 'Switched off, by ' || name WHEN 'lent' THEN 'lent-by-' || id
        ELSE kind || ' ' || mark END,
    CASE WHEN kind IN ('secret', 'broken') THEN doc ELSE '{"steps": 28}' END, CASE WHEN kind IN ('secret', 'broken') THEN doc ELSE '{"family": "x"}' END,
    CASE kind WHEN 'lent' THEN jsonb_build_object('read', jsonb_build_object('user_ids', jsonb_build_array(next)))
        WHEN 'secret' THEN '{}' WHEN 'broken' THEN '["everyone"]' END::jsonb,
    CASE WHEN kind IN ('secret', 'broken') THEN 2 + amount ELSE 2.5 END, kind <> 'off', at, at
FROM person, unnest(ARRAY['open', 'lent', 'secret', 'broken', 'off']) kind;

UPDATE ai_services SET base_url = 'http://private-ada/' || id, defaults = '{"size": "1024x1024"}', enabled = id <> 'dreamwork', updated_at = '2026-03-01 00:00:00Z';
