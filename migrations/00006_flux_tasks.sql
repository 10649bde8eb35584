-- +goose Up
-- Tasks of the Flux service. created_at is when a task was submitted.
CREATE TABLE IF NOT EXISTS flux_tasks (
    id                  text COLLATE "C" PRIMARY KEY,
    user_id             text COLLATE "C" NOT NULL REFERENCES users (id),
    request_id          text,
    model               text NOT NULL,                -- flux-pro, flux-dev, flux-schnell …
    task_type           text NOT NULL DEFAULT 'text_to_image', -- text_to_image | image_to_image
    status              text NOT NULL DEFAULT 'PENDING', -- PENDING IN_PROGRESS SUCCESS FAILED CANCELLED
    prompt              text,
    input_image_url     text,
    num_images          integer NOT NULL DEFAULT 1,
    aspect_ratio        text,
    guidance_scale      double precision,
    num_inference_steps integer,
    seed                bigint,
    progress            integer NOT NULL DEFAULT 0,
    image_url           text,
    cloud_image_url     text,
    error_message       text,
    retry_count         integer NOT NULL DEFAULT 0,
    credits_cost        numeric(20,4) NOT NULL DEFAULT 0,
    started_at          timestamptz,
    completed_at        timestamptz,
    created_at          timestamptz NOT NULL DEFAULT now(),  -- the submission time of the merged task list
    updated_at          timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
SELECT atelier_drop_table('flux_tasks');
