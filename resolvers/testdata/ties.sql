-- Lists of 37 rows each in which all times are equal, and all names; tasks even share their ids over the services. Two users
-- own them: u01, the admin, and u02.
CREATE TEMPORARY TABLE n AS SELECT i, to_char(i, 'FM00') AS s, timestamptz '2026-03-01 00:00:00Z' AS at FROM generate_series(1, 37) i;
CREATE TEMPORARY TABLE owner AS SELECT 'u' || s AS id, i FROM n WHERE i <= 2;

INSERT INTO users (id, name, email, role, created_at)
SELECT 'u' || s, 'Same', s || '@example.com', CASE i WHEN 1 THEN 'admin' ELSE 'user' END, at FROM n;

INSERT INTO mj_tasks (id, user_id, action, status, submit_time) SELECT 't-' || id || '-' || s, id, 'IMAGINE', 'SUCCESS', at FROM owner, n WHERE n.i <= 13;
INSERT INTO flux_tasks (id, user_id, model, status, created_at) SELECT 't-' || id || '-' || s, id, 'flux-dev', 'SUCCESS', at FROM owner, n WHERE n.i <= 13;
INSERT INTO dreamwork_tasks (id, user_id, action, status, submit_time)
SELECT 't-' || id || '-' || s, id, 'TEXT_TO_IMAGE', 'SUCCESS', at FROM owner, n WHERE n.i <= 11;

INSERT INTO credit_log (id, user_id, kind, delta, balance_after, created_at) SELECT 'l-' || id || '-' || s, id, 'GRANT', 1, 1, at FROM owner, n;
INSERT INTO file (id, user_id, filename, created_at) SELECT 'f-' || id || '-' || s, id, 'x', at FROM owner, n;
INSERT INTO generated_files (id, user_id, filename, file_type, source_type, source_task_id, created_at)
SELECT 'g-' || id || '-' || s, id, 'x', 'image', 'flux', 't-' || id || '-01', at FROM owner, n;
INSERT INTO chat (id, user_id, title, created_at, updated_at) SELECT 'c-' || id || '-' || s, id, 'x', at, at FROM owner, n;
INSERT INTO message (id, chat_id, user_id, role, content, created_at) SELECT 'm-' || id || '-' || s, 'c-' || id || '-01', id, 'user', 'x', at FROM owner, n;
