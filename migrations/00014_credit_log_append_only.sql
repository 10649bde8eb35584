-- +goose Up
-- The ledger is append-only: DELETE, TRUNCATE and an UPDATE that changes what a row says are refused with
-- SQLSTATE 23001. A save that changes nothing, or only updated_at, passes: mappers write such.
-- +goose StatementBegin
CREATE FUNCTION atelier_credit_log_append_only() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'credit_log is append-only: % is refused', TG_OP
        USING ERRCODE = 'restrict_violation',
              TABLE = TG_TABLE_NAME,
              SCHEMA = TG_TABLE_SCHEMA,
              HINT = 'Correct a balance with a further row, of kind ADJUST or REFUND.';
END
$$;
-- +goose StatementEnd

CREATE TRIGGER atelier_credit_log_no_delete
    BEFORE DELETE ON credit_log
    FOR EACH ROW EXECUTE FUNCTION atelier_credit_log_append_only();

CREATE TRIGGER atelier_credit_log_no_truncate
    BEFORE TRUNCATE ON credit_log
    FOR EACH STATEMENT EXECUTE FUNCTION atelier_credit_log_append_only();

CREATE TRIGGER atelier_credit_log_no_update
    BEFORE UPDATE ON credit_log
    FOR EACH ROW
    WHEN ((OLD.id, OLD.user_id, OLD.kind, OLD.delta, OLD.balance_after, OLD.detail,
           OLD.task_id, OLD.task_service, OLD.idempotency_key, OLD.created_at)
          IS DISTINCT FROM
          (NEW.id, NEW.user_id, NEW.kind, NEW.delta, NEW.balance_after, NEW.detail,
           NEW.task_id, NEW.task_service, NEW.idempotency_key, NEW.created_at))
    EXECUTE FUNCTION atelier_credit_log_append_only();

-- +goose Down
DROP TRIGGER IF EXISTS atelier_credit_log_no_update ON credit_log;
DROP TRIGGER IF EXISTS atelier_credit_log_no_truncate ON credit_log;
DROP TRIGGER IF EXISTS atelier_credit_log_no_delete ON credit_log;
DROP FUNCTION atelier_credit_log_append_only();
