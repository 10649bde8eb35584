-- A crowd in which nobody lacks anything: every user has every list, every row every relation. By it statements are counted:
-- 110 users, u001 the admin. u001 has 100 of everything, the others three; the newest three of every list of tasks,
-- files and ledger entries are of all three services.
CREATE TEMPORARY TABLE person AS
SELECT 'u' || to_char(i, 'FM000') AS id, i, CASE i WHEN 1 THEN 100 ELSE 3 END AS many,
    timestamptz '2026-01-01 00:00:00Z' + i * interval '1 day' AS at
FROM generate_series(1, 110) i;

INSERT INTO users (id, name, email, role, created_at)
SELECT id, 'Name ' || id, id || '@example.com', CASE i WHEN 1 THEN 'admin' ELSE 'user' END, at FROM person;

INSERT INTO credit (id, user_id, credit) SELECT 'credit-' || id, id, i FROM person;

-- A Midjourney task works on the one before; the first on the last.
CREATE TEMPORARY TABLE work AS
SELECT p.id AS user_id, k, p.many, s.service, s.service || '-' || p.id || '-' || k AS id,
    s.service || '-' || p.id || '-' || CASE k WHEN 1 THEN p.many ELSE k - 1 END AS parent_id,
    at + k * interval '1 minute' + s.rank * interval '1 second' AS at
FROM person p, generate_series(1, many) k, (VALUES ('dreamwork', 1), ('flux', 2), ('midjourney', 3)) s (service, rank);

INSERT INTO mj_tasks (id, user_id, action, prompt, parent_task_id, submit_time)
SELECT id, user_id, 'IMAGINE', 'a lighthouse', parent_id, at FROM work WHERE service = 'midjourney';
INSERT INTO flux_tasks (id, user_id, model, prompt, created_at)
SELECT id, user_id, 'flux-dev', 'a lighthouse', at FROM work WHERE service = 'flux';
INSERT INTO dreamwork_tasks (id, user_id, action, prompt, submit_time)
SELECT id, user_id, 'TEXT_TO_IMAGE', 'a lighthouse', at FROM work WHERE service = 'dreamwork';

INSERT INTO generated_files (id, user_id, filename, file_type, source_type, source_task_id, created_at)
SELECT 'made-' || id || '-' || n, user_id, 'lighthouse.png', 'image', service, id, at + n * interval '10 seconds'
FROM work, generate_series(1, CASE WHEN user_id = 'u001' AND k = 1 THEN 100 ELSE 3 END) n;

INSERT INTO credit_log (id, user_id, kind, delta, balance_after, task_id, task_service, created_at)
SELECT 'log-' || id, user_id, 'HOLD', -1, 1, id, service, at FROM work;

-- A message answers the one before; the first the last.
CREATE TEMPORARY TABLE talk AS
SELECT 'chat-' || id || '-' || k AS id, id AS user_id, at + k * interval '1 hour' AS at,
    CASE WHEN i = 1 AND k = 1 THEN 100 ELSE 3 END AS many
FROM person, generate_series(1, many) k;

INSERT INTO chat (id, user_id, title, created_at, updated_at) SELECT id, user_id, 'A talk', at, at FROM talk;
INSERT INTO message (id, chat_id, user_id, parent_id, role, content, created_at)
SELECT 'message-' || id || '-' || n, id, user_id, 'message-' || id || '-' || CASE n WHEN 1 THEN many ELSE n - 1 END,
    'user', 'Hello', at + n * interval '1 second'
FROM talk, generate_series(1, many) n;

INSERT INTO file (id, user_id, filename, created_at)
SELECT 'file-' || id || '-' || k, id, 'holiday.jpg', at + k * interval '1 minute' FROM person, generate_series(1, many) k;

INSERT INTO models (id, user_id, name, base_model_id)
SELECT 'model-' || id, id, 'Model ' || id, 'model-u' || to_char(i % 110 + 1, 'FM000') FROM person;
