-- +goose Up
-- The ledger: one row per movement of credits, never changed (see credit_log_append_only).
CREATE TABLE IF NOT EXISTS credit_log (
    id              text COLLATE "C" PRIMARY KEY,
    user_id         text COLLATE "C" NOT NULL REFERENCES users (id),
    kind            text NOT NULL CHECK (kind IN ('GRANT','PURCHASE','REFUND','ADJUST','HOLD','SETTLE','RELEASE')),
    delta           numeric(20,4) NOT NULL,
    balance_after   numeric(20,4) NOT NULL,
    detail          jsonb,
    task_id         text COLLATE "C",
    task_service    text,            -- midjourney | flux | dreamwork, null where unknown (rows of other programs)
    idempotency_key text,            -- unique per user where not null (idx_credit_log_user_idempotency)
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
SELECT atelier_drop_table('credit_log');
