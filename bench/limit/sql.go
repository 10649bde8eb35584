package limit

import "strings"

// The statements are those that the server sends for the same operations, where that matters: the same
// columns, order, branches and parameters. One of them is the number of rows of a page and one more.

const roleSQL = `SELECT record_send(ROW(role)) FROM users WHERE id = $1`

const userColumns = `t.id, t.name, t.email, t.role, t.profile_image_url, t.last_active_at, t.created_at, t.updated_at`

// Served by idx_users_role_created.
const usersSQL = `SELECT record_send(ROW(1, x.*)) FROM ((SELECT 0 AS side, ` + userColumns + ` FROM users t
WHERE t.role = $1 ORDER BY t.created_at DESC, t.id COLLATE "C" DESC LIMIT $2)) x ORDER BY x.created_at DESC, x.id COLLATE "C" DESC`

const usersByIDSQL = `SELECT record_send(ROW(` + userColumns + `)) FROM users t WHERE t.id = ANY($1::text[])`

// userWithBalanceSQL is for comparison with a server that reads both in one statement.
const userWithBalanceSQL = `SELECT record_send(ROW(` + userColumns + `, c.credit)) FROM users t LEFT JOIN credit c ON c.user_id = t.id WHERE t.id = $1`

const balancesSQL = `SELECT record_send(ROW(user_id, credit)) FROM credit WHERE user_id = ANY($1::text[])`

// Served by idx_chat_user_updated.
const chatsSQL = `SELECT record_send(ROW(p.ord, x.*)) FROM unnest($2::text[]) WITH ORDINALITY AS p(user_id, ord)
CROSS JOIN LATERAL ((SELECT 0 AS side, t.id, t.user_id, t.title, t.archived, t.pinned, t.created_at, t.updated_at
	FROM chat t WHERE t.user_id = p.user_id ORDER BY t.updated_at DESC, t.id COLLATE "C" DESC LIMIT $1)) x
ORDER BY p.ord, x.updated_at DESC, x.id COLLATE "C" DESC`

// Served by idx_message_chat_created, from its end.
const messagesSQL = `SELECT record_send(ROW(p.ord, x.*)) FROM unnest($2::text[]) WITH ORDINALITY AS p(chat_id, ord)
CROSS JOIN LATERAL ((SELECT 0 AS side, t.id, t.chat_id, t.user_id, t.parent_id, t.role, t.created_at, t.updated_at, t.content, t.meta
	FROM message t WHERE t.chat_id = p.chat_id ORDER BY t.created_at DESC, t.id COLLATE "C" DESC LIMIT $1)) x
ORDER BY p.ord, x.created_at ASC, x.id COLLATE "C" ASC`

// taskTable is how a service's table reads as tasks.
type taskTable struct{ service, name, time, columns string }

var taskTables = []taskTable{
	{"dreamwork", "dreamwork_tasks", "t.submit_time", `t.id AS id, t.user_id AS user_id, t.status AS status, t.progress AS progress, ` +
		`t.image_url AS image_url, t.cloud_image_url AS cloud_image_url, t.credits_cost AS credits_cost, t.submit_time AS submitted_at, ` +
		`t.start_time AS started_at, t.finish_time AS finished_at, t.updated_at AS updated_at, t.action AS action, NULL::text AS mode, ` +
		`NULL::text AS parent_task_id, NULL::text AS request_id, t.model AS model, t.size AS size, t.input_image AS input_image, ` +
		`NULL::integer AS num_images, t.guidance_scale AS guidance_scale, NULL::integer AS steps, t.seed AS seed, ` +
		`NULL::integer AS retry_count, t.watermark AS watermark, t.prompt AS prompt, t.fail_reason AS fail_reason, NULL::text AS prompt_en, ` +
		`NULL::text AS description, NULL::jsonb AS properties, NULL::jsonb AS buttons`},
	{"flux", "flux_tasks", "t.created_at", `t.id AS id, t.user_id AS user_id, t.status AS status, t.progress AS progress, ` +
		`t.image_url AS image_url, t.cloud_image_url AS cloud_image_url, t.credits_cost AS credits_cost, t.created_at AS submitted_at, ` +
		`t.started_at AS started_at, t.completed_at AS finished_at, t.updated_at AS updated_at, t.task_type AS action, NULL::text AS mode, ` +
		`NULL::text AS parent_task_id, t.request_id AS request_id, t.model AS model, t.aspect_ratio AS size, t.input_image_url AS input_image, ` +
		`t.num_images AS num_images, t.guidance_scale AS guidance_scale, t.num_inference_steps AS steps, t.seed AS seed, ` +
		`t.retry_count AS retry_count, NULL::boolean AS watermark, t.prompt AS prompt, t.error_message AS fail_reason, NULL::text AS prompt_en, ` +
		`NULL::text AS description, NULL::jsonb AS properties, NULL::jsonb AS buttons`},
	{"midjourney", "mj_tasks", "t.submit_time", `t.id AS id, t.user_id AS user_id, t.status AS status, t.progress AS progress, ` +
		`t.image_url AS image_url, t.cloud_image_url AS cloud_image_url, t.credits_cost AS credits_cost, t.submit_time AS submitted_at, ` +
		`t.start_time AS started_at, t.finish_time AS finished_at, t.updated_at AS updated_at, t.action AS action, t.mode AS mode, ` +
		`t.parent_task_id AS parent_task_id, NULL::text AS request_id, NULL::text AS model, NULL::text AS size, NULL::text AS input_image, ` +
		`NULL::integer AS num_images, NULL::double precision AS guidance_scale, NULL::integer AS steps, NULL::bigint AS seed, ` +
		`NULL::integer AS retry_count, NULL::boolean AS watermark, t.prompt AS prompt, t.fail_reason AS fail_reason, t.prompt_en AS prompt_en, ` +
		`t.description AS description, t.properties AS properties, t.buttons AS buttons`},
}

// Served by idx_*_user_submit and idx_flux_tasks_user_created: each table is limited before they are merged.
var (
	tasksSQL      = tasksOfUsers("$2", mergedTasks("0", "", "", "DESC", "$1"))
	tasksAfterSQL = tasksOfUsers("$5", mergedTasks("0", "<", afterPlace, "DESC", "$1")+
		"\nUNION ALL\n"+mergedTasks("-1", ">=", afterPlace, "ASC", "1"))
)

// afterPlace is the position of a cursor.
const afterPlace = `($2::timestamptz, $3::text, $4::text)`

func tasksOfUsers(users, rows string) string {
	return `SELECT record_send(ROW(p.ord, x.*)) FROM unnest(` + users + `::text[]) WITH ORDINALITY AS p(user_id, ord)
CROSS JOIN LATERAL (` + rows + `) x ORDER BY p.ord, x.submitted_at DESC, x.id COLLATE "C" DESC, x.service DESC`
}

func mergedTasks(side, operator, place, direction, limit string) string {
	branches := make([]string, len(taskTables))
	for i, t := range taskTables {
		bound := ""
		if operator != "" {
			bound = ` AND (` + t.time + `, t.id COLLATE "C", '` + t.service + `'::text) ` + operator + ` ` + place
		}
		branches[i] = `(SELECT ` + side + ` AS side, '` + t.service + `'::text AS service, ` + t.columns + ` FROM ` + t.name + ` t
	WHERE t.user_id = p.user_id` + bound + ` ORDER BY ` + t.time + ` ` + direction + `, t.id COLLATE "C" ` + direction + ` LIMIT ` + limit + `)`
	}
	return `(SELECT * FROM (` + strings.Join(branches, "\nUNION ALL ") + `) m
	ORDER BY m.submitted_at ` + direction + `, m.id COLLATE "C" ` + direction + `, m.service ` + direction + ` LIMIT ` + limit + `)`
}
