-- Long texts: ten users with ten chats each, of 90 messages of 32 kB.
INSERT INTO users (id, name, email, role, created_at)
SELECT 'u' || i, 'Name ' || i, 'u' || i || '@example.com', CASE i WHEN 1 THEN 'admin' ELSE 'user' END, timestamptz '2026-01-01 00:00:00Z' + i * interval '1 hour'
FROM generate_series(1, 10) i;

INSERT INTO chat (id, user_id, title, created_at, updated_at)
SELECT 'chat-' || i || '-' || k, 'u' || i, 'A talk', timestamptz '2026-02-01 00:00:00Z', timestamptz '2026-02-01 00:00:00Z' + k * interval '1 minute'
FROM generate_series(1, 10) i, generate_series(1, 10) k;

INSERT INTO message (id, chat_id, user_id, role, content, created_at)
SELECT 'message-' || c.id || '-' || n, c.id, c.user_id, 'user', repeat('what was said, ', 2180), c.created_at + n * interval '1 second'
FROM chat c, generate_series(1, 90) n;
