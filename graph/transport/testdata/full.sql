-- Pages that are full: 100 users, each with 100 tasks with prompts of 400 characters, and 100 chats of 100 messages of 300 characters
-- in the first ten users.
INSERT INTO users (id, name, email, role, created_at)
SELECT 'u' || i, 'Name ' || i, 'u' || i || '@example.com', CASE i WHEN 1 THEN 'admin' ELSE 'user' END, timestamptz '2026-01-01 00:00:00Z' + i * interval '1 hour'
FROM generate_series(1, 100) i;

INSERT INTO mj_tasks (id, user_id, action, prompt, submit_time)
SELECT 'task-' || i || '-' || k, 'u' || i, 'IMAGINE', repeat('a lighthouse in the fog, ', 16), timestamptz '2026-02-01 00:00:00Z' + k * interval '1 minute'
FROM generate_series(1, 100) i, generate_series(1, 100) k;

INSERT INTO chat (id, user_id, title, created_at, updated_at)
SELECT 'chat-' || i || '-' || k, 'u' || i, 'A talk', timestamptz '2026-02-01 00:00:00Z', timestamptz '2026-02-01 00:00:00Z' + k * interval '1 minute'
FROM generate_series(91, 100) i, generate_series(1, 100) k;

INSERT INTO message (id, chat_id, user_id, role, content, created_at)
SELECT 'message-' || c.id || '-' || n, c.id, c.user_id, 'user', repeat('what was said, ', 20), c.created_at + n * interval '1 second'
FROM chat c, generate_series(1, 100) n;
