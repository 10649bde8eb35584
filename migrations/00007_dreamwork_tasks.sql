-- +goose Up
-- Tasks of the Dreamwork service.
CREATE TABLE IF NOT EXISTS dreamwork_tasks (
    id              text COLLATE "C" PRIMARY KEY,
    user_id         text COLLATE "C" NOT NULL REFERENCES users (id),
    action          text NOT NULL,                    -- TEXT_TO_IMAGE | IMAGE_TO_IMAGE
    status          text NOT NULL DEFAULT 'NOT_START',-- as mj_tasks
    prompt          text,
    model           text,
    size            text,
    guidance_scale  double precision,
    seed            bigint,
    watermark       boolean NOT NULL DEFAULT false,
    progress        integer NOT NULL DEFAULT 0,
    input_image     text,
    image_url       text,
    cloud_image_url text,
    fail_reason     text,
    credits_cost    numeric(20,4) NOT NULL DEFAULT 0,
    submit_time     timestamptz NOT NULL DEFAULT now(),
    start_time      timestamptz,
    finish_time     timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
SELECT atelier_drop_table('dreamwork_tasks');
