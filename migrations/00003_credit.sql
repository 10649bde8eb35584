-- +goose Up
-- The balance of a user. It equals the sum of the deltas of their credit_log rows, always.
CREATE TABLE IF NOT EXISTS credit (
    id         text COLLATE "C" PRIMARY KEY,
    user_id    text COLLATE "C" NOT NULL UNIQUE REFERENCES users (id),
    credit     numeric(20,4) NOT NULL DEFAULT 0 CHECK (credit >= 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
SELECT atelier_drop_table('credit');
