-- A platform that had some of these tables before: other columns besides, fewer of ours, other collations, nullable columns
-- without NULLs, the ten indexes as a plain CREATE INDEX makes them, a trigger and a function of its own.
CREATE TABLE users (
    id                varchar(64) PRIMARY KEY,
    name              varchar(255),
    email             text,
    password_hash     text        NOT NULL DEFAULT '',
    role              text,
    profile_image_url text,
    created_at        timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at        timestamptz
);
CREATE TABLE credit (
    id         text PRIMARY KEY,
    user_id    text NOT NULL,
    credit     numeric(12,4) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE credit_log (
    id            text PRIMARY KEY,
    user_id       text NOT NULL,
    kind          text NOT NULL,
    delta         numeric(20,4) NOT NULL,
    balance_after numeric(20,4) NOT NULL,
    detail        jsonb,
    created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE mj_tasks (
    id          varchar(64) NOT NULL,
    user_id     text NOT NULL,
    action      text NOT NULL,
    status      text,
    prompt      text,
    progress    smallint,
    submit_time timestamptz,
    tags        text[]
);
CREATE TABLE chat (
    id         text PRIMARY KEY,
    user_id    text NOT NULL,
    title      text NOT NULL,
    folder_id  text,
    archived   boolean,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz
);
CREATE TABLE ai_services (
    id      text PRIMARY KEY,
    enabled boolean NOT NULL DEFAULT true,
    api_key text
);
CREATE TABLE folder (id text PRIMARY KEY, name text);

CREATE INDEX idx_credit_user_id ON credit (user_id);
CREATE INDEX idx_credit_log_user_time ON credit_log (user_id, created_at DESC);
CREATE INDEX idx_mj_tasks_submit_time ON mj_tasks (submit_time DESC);
CREATE INDEX idx_chat_user_updated ON chat (user_id, updated_at DESC, id DESC);
CREATE INDEX mj_tasks_tags ON mj_tasks USING gin (tags);

CREATE FUNCTION legacy_touch() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN NEW.updated_at := coalesce(NEW.updated_at, now()); RETURN NEW; END $$;
CREATE TRIGGER legacy_touch BEFORE INSERT ON chat FOR EACH ROW EXECUTE FUNCTION legacy_touch();

INSERT INTO users (id, name, email, role, updated_at)
SELECT 'u' || i, 'Name ' || i, 'u' || i || '@example.com', CASE WHEN i = 1 THEN 'admin' ELSE 'user' END, now()
FROM generate_series(1, 50) i;
INSERT INTO credit (id, user_id, credit) SELECT 'c' || i, 'u' || i, i FROM generate_series(1, 40) i;
INSERT INTO credit_log (id, user_id, kind, delta, balance_after)
SELECT 'l' || i, 'u' || i, 'GRANT', i, i FROM generate_series(1, 40) i;
INSERT INTO mj_tasks (id, user_id, action, status, prompt, progress, submit_time, tags)
SELECT 't' || i, 'u' || (i % 50 + 1), 'IMAGINE', 'SUCCESS', 'a lighthouse', 100, now() - i * interval '1 minute', '{sea,light}'
FROM generate_series(1, 500) i;
INSERT INTO chat (id, user_id, title, archived) SELECT 'h' || i, 'u' || (i % 50 + 1), 'Title ' || i, false FROM generate_series(1, 100) i;
INSERT INTO ai_services (id, enabled, api_key) VALUES ('midjourney', false, 'legacy key');
INSERT INTO folder VALUES ('f1', 'Folder');
