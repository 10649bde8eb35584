package migrations

// table is what Atelier needs of a table. Columns besides these are none of its business.
type table struct {
	name    string
	columns []column
}

// column is what Atelier needs of a column.
type column struct {
	name     string
	kind     kind
	notNull  bool
	fallback string // The default, in SQL; empty for none.
}

// shape is what the SQL files come to on an empty database, without constraints and indexes. Tables that are there before the
// first migration are measured against it and filled up from it. Tests hold it against a migrated database.
var shape = []table{
	{"users", stamped(
		required("name", text),
		required("email", text),
		defaulted("role", text, `'pending'`),
		optional("profile_image_url", text),
		optional("last_active_at", instant),
	)},
	{"credit", stamped(
		required("user_id", identifier),
		defaulted("credit", money, `0`),
	)},
	{"credit_log", stamped(
		required("user_id", identifier),
		required("kind", text),
		required("delta", money),
		required("balance_after", money),
		optional("detail", document),
		optional("task_id", identifier),
		optional("task_service", text),
		optional("idempotency_key", text),
	)},
	{"mj_tasks", stamped(
		required("user_id", identifier),
		required("action", text),
		defaulted("mode", text, `'fast'`),
		defaulted("status", text, `'NOT_START'`),
		optional("prompt", text),
		optional("prompt_en", text),
		optional("description", text),
		defaulted("progress", integer, `0`),
		optional("image_url", text),
		optional("cloud_image_url", text),
		optional("fail_reason", text),
		optional("parent_task_id", identifier),
		optional("properties", document),
		optional("buttons", document),
		defaulted("credits_cost", money, `0`),
		defaulted("submit_time", instant, `now()`),
		optional("start_time", instant),
		optional("finish_time", instant),
	)},
	{"flux_tasks", stamped(
		required("user_id", identifier),
		optional("request_id", text),
		required("model", text),
		defaulted("task_type", text, `'text_to_image'`),
		defaulted("status", text, `'PENDING'`),
		optional("prompt", text),
		optional("input_image_url", text),
		defaulted("num_images", integer, `1`),
		optional("aspect_ratio", text),
		optional("guidance_scale", double),
		optional("num_inference_steps", integer),
		optional("seed", bigint),
		defaulted("progress", integer, `0`),
		optional("image_url", text),
		optional("cloud_image_url", text),
		optional("error_message", text),
		defaulted("retry_count", integer, `0`),
		defaulted("credits_cost", money, `0`),
		optional("started_at", instant),
		optional("completed_at", instant),
	)},
	{"dreamwork_tasks", stamped(
		required("user_id", identifier),
		required("action", text),
		defaulted("status", text, `'NOT_START'`),
		optional("prompt", text),
		optional("model", text),
		optional("size", text),
		optional("guidance_scale", double),
		optional("seed", bigint),
		defaulted("watermark", boolean, `false`),
		defaulted("progress", integer, `0`),
		optional("input_image", text),
		optional("image_url", text),
		optional("cloud_image_url", text),
		optional("fail_reason", text),
		defaulted("credits_cost", money, `0`),
		defaulted("submit_time", instant, `now()`),
		optional("start_time", instant),
		optional("finish_time", instant),
	)},
	{"chat", stamped(
		required("user_id", identifier),
		required("title", text),
		defaulted("archived", boolean, `false`),
		defaulted("pinned", boolean, `false`),
	)},
	{"message", stamped(
		required("chat_id", identifier),
		required("user_id", identifier),
		optional("parent_id", identifier),
		required("role", text),
		required("content", text),
		optional("meta", document),
	)},
	{"file", stamped(
		required("user_id", identifier),
		optional("hash", text),
		required("filename", text),
		optional("path", text),
		optional("meta", document),
	)},
	{"generated_files", stamped(
		required("user_id", identifier),
		required("filename", text),
		required("file_type", text),
		optional("mime_type", text),
		optional("file_size", bigint),
		optional("storage_provider", text),
		optional("local_path", text),
		optional("cloud_url", text),
		required("source_type", text),
		optional("source_task_id", identifier),
		optional("file_metadata", document),
		defaulted("status", text, `'active'`),
	)},
	{"models", stamped(
		required("user_id", identifier),
		optional("base_model_id", identifier),
		required("name", text),
		optional("params", document),
		optional("meta", document),
		optional("access_control", document),
		defaulted("price", money, `0`),
		defaulted("is_active", boolean, `true`),
	)},
	{"ai_services", stamped(
		defaulted("enabled", boolean, `true`),
		optional("base_url", text),
		defaulted("prices", document, `'{}'`),
		defaulted("defaults", document, `'{}'`),
		defaulted("max_concurrent_tasks", integer, `5`),
		defaulted("task_timeout_seconds", integer, `300`),
	)},
}

func required(name string, k kind) column { return column{name, k, true, ""} }
func optional(name string, k kind) column { return column{name, k, false, ""} }

func defaulted(name string, k kind, fallback string) column { return column{name, k, true, fallback} }

// stamped adds what every table has.
func stamped(columns ...column) []column {
	all := append([]column{required("id", identifier)}, columns...)
	return append(all, defaulted("created_at", instant, "now()"), defaulted("updated_at", instant, "now()"))
}

func (c column) isIdentifier() bool { return c.kind.sqlType == identifier.sqlType }

// definition is the column in DDL: name, type, default, nullability.
func (c column) definition() string {
	text := c.name + " " + c.kind.sqlType
	if c.notNull {
		text += " NOT NULL"
	}
	if c.fallback != "" {
		text += " DEFAULT " + c.fallback
	}
	return text
}

// A uniqueKey is a column that must be unique for the program to work, in tables that were there before too:
// rows are found, and refused a second time, by it.
type uniqueKey struct {
	table, column string
	index         []string // The names to build it under; the first that is free.
}

// uniqueKeys are ready-made in the tables that the SQL files create.
func uniqueKeys() []uniqueKey {
	keys := []uniqueKey{{"credit", "user_id", []string{"idx_credit_user_id", "credit_user_id_key"}}}
	for _, t := range shape {
		keys = append(keys, uniqueKey{t.name, "id", []string{t.name + "_id_key"}})
	}
	return keys
}
