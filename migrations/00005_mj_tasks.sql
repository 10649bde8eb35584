-- +goose Up
-- Tasks of the Midjourney service.
CREATE TABLE IF NOT EXISTS mj_tasks (
    id              text COLLATE "C" PRIMARY KEY,
    user_id         text COLLATE "C" NOT NULL REFERENCES users (id),
    action          text NOT NULL,                    -- IMAGINE, UPSCALE, VARIATION, REROLL, BLEND, DESCRIBE …
    mode            text NOT NULL DEFAULT 'fast',     -- turbo 10, fast 5, relax 2 credits
    status          text NOT NULL DEFAULT 'NOT_START',-- NOT_START SUBMITTED MODAL IN_PROGRESS SUCCESS FAILURE
    prompt          text,
    prompt_en       text,
    description     text,
    progress        integer NOT NULL DEFAULT 0,       -- 0..100
    image_url       text,
    cloud_image_url text,
    fail_reason     text,
    parent_task_id  text COLLATE "C",
    properties      jsonb,
    buttons         jsonb,
    credits_cost    numeric(20,4) NOT NULL DEFAULT 0,
    submit_time     timestamptz NOT NULL DEFAULT now(),
    start_time      timestamptz,
    finish_time     timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
SELECT atelier_drop_table('mj_tasks');
