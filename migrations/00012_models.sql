-- +goose Up
-- Models that a chat may use. access_control: null is everyone; {} the owner and admins;
-- {"read": {"user_ids": ["…"]}} these users too.
CREATE TABLE IF NOT EXISTS models (
    id             text COLLATE "C" PRIMARY KEY,
    user_id        text COLLATE "C" NOT NULL REFERENCES users (id),
    base_model_id  text COLLATE "C",
    name           text NOT NULL,
    params         jsonb,
    meta           jsonb,
    access_control jsonb,               -- null: everyone; {}: owner and admins; {"read": {"user_ids": ["…"]}}: these too
    price          numeric(20,4) NOT NULL DEFAULT 0,
    is_active      boolean NOT NULL DEFAULT true,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
SELECT atelier_drop_table('models');
