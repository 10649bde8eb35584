package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"atelier/domain"
)

// taskTable is how one service's table reads as tasks: every branch of a merged list delivers the same columns, so
// what a service does not have is a typed NULL.
type taskTable struct {
	service domain.Service
	table   string
	time    string // The column of the time of submission.
	light   map[string]string
	heavy   map[string]string
}

// taskColumns are the columns of a task of any service, and the types of those that a service may lack.
var (
	taskColumns = []taskColumn{
		{"service", ""}, {"id", ""}, {"user_id", ""}, {"status", ""}, {"progress", ""}, {"image_url", ""}, {"cloud_image_url", ""},
		{"credits_cost", ""}, {"submitted_at", ""}, {"started_at", ""}, {"finished_at", ""}, {"updated_at", ""},
		{"action", "text"}, {"mode", "text"}, {"parent_task_id", "text"}, {"request_id", "text"}, {"model", "text"}, {"size", "text"},
		{"input_image", "text"}, {"num_images", "integer"}, {"guidance_scale", "double precision"}, {"steps", "integer"},
		{"seed", "bigint"}, {"retry_count", "integer"}, {"watermark", "boolean"},
	}
	heavyTaskColumns = []taskColumn{
		{"prompt", ""}, {"fail_reason", ""}, {"prompt_en", "text"}, {"description", "text"}, {"properties", "jsonb"}, {"buttons", "jsonb"},
	}
)

type taskColumn struct{ name, nullType string }

var taskTables = []taskTable{
	{domain.Dreamwork, "dreamwork_tasks", "submit_time", map[string]string{
		"submitted_at": "t.submit_time", "started_at": "t.start_time", "finished_at": "t.finish_time",
		"action": "t.action", "model": "t.model", "size": "t.size", "input_image": "t.input_image",
		"guidance_scale": "t.guidance_scale", "seed": "t.seed", "watermark": "t.watermark",
	}, map[string]string{"fail_reason": "t.fail_reason"}},
	{domain.Flux, "flux_tasks", "created_at", map[string]string{
		"submitted_at": "t.created_at", "started_at": "t.started_at", "finished_at": "t.completed_at",
		"action": "t.task_type", "request_id": "t.request_id", "model": "t.model", "size": "t.aspect_ratio", "input_image": "t.input_image_url",
		"num_images": "t.num_images", "guidance_scale": "t.guidance_scale", "steps": "t.num_inference_steps", "seed": "t.seed", "retry_count": "t.retry_count",
	}, map[string]string{"fail_reason": "t.error_message"}},
	{domain.Midjourney, "mj_tasks", "submit_time", map[string]string{
		"submitted_at": "t.submit_time", "started_at": "t.start_time", "finished_at": "t.finish_time",
		"action": "t.action", "mode": "t.mode", "parent_task_id": "t.parent_task_id",
	}, map[string]string{
		"fail_reason": "t.fail_reason", "prompt_en": "t.prompt_en", "description": "t.description", "properties": "t.properties", "buttons": "t.buttons",
	}},
}

func taskTableOf(service domain.Service) taskTable {
	for _, t := range taskTables {
		if t.service == service {
			return t
		}
	}
	panic(fmt.Sprintf("store: no table for service %q", service))
}

// columns spells the table's columns as those of a task.
func (t taskTable) columns(full bool) string {
	columns := t.spell(taskColumns, t.light)
	if full {
		columns = append(columns, t.spell(heavyTaskColumns, t.heavy)...)
	}
	return strings.Join(columns, ", ")
}

func (t taskTable) spell(columns []taskColumn, own map[string]string) []string {
	spelled := make([]string, len(columns))
	for i, c := range columns {
		expression, has := own[c.name]
		switch {
		case c.name == "service":
			expression = fmt.Sprintf("'%s'::text", t.service)
		case c.nullType == "" && !has:
			expression = "t." + c.name
		case !has:
			expression = "NULL::" + c.nullType
		}
		spelled[i] = expression + " AS " + c.name
	}
	return spelled
}

// branchesFor reads the table as a branch of a list for each word of the provider's that says the status, since only an
// equality lets an index serve filter and order both; no status is one branch.
func (t taskTable) branchesFor(status domain.TaskStatus, where []string) []branch {
	b := t.branch(where)
	words := domain.ProviderWords(t.service, status)
	switch status {
	case "":
		return []branch{b}
	case domain.TaskUnknown: // Rare, and served by no index of its own: the statement timeout bounds it.
		return []branch{b.and("t.status <> ALL ('{" + strings.Join(words, ",") + "}')")}
	}
	branches := make([]branch, len(words))
	for i, word := range words {
		branches[i] = b.and("t.status = '" + word + "'")
	}
	return branches
}

func (t taskTable) branch(where []string) branch {
	return branch{from: t.table + " t", columns: t.columns, where: where, key: "t." + t.time, service: t.service}
}

func (b branch) and(condition string) branch {
	b.where = append(slices.Clip(b.where), condition)
	return b
}

var tasks = &noun[domain.Task]{table: "tasks", scan: scanTask}

// Tasks reads a page of the tasks that pass the filter, of all services in one order, each table limited before
// the merge. Served by idx_*_user_submit, idx_flux_tasks_user_created, idx_*_user_status and, without a user,
// idx_*_submit_time, idx_flux_tasks_created, idx_*_status_submit and idx_flux_tasks_status_created.
func (s *Store) Tasks(ctx context.Context, filter domain.TaskFilter, order domain.TaskOrder, page domain.Page, full bool) (domain.Slice[domain.Task], error) {
	slices, err := pages(ctx, s, taskList(filter, order), 1, page, full)
	if err != nil {
		return domain.Slice[domain.Task]{}, err
	}
	return slices[0], nil
}

// CountTasks counts the tasks that pass the filter.
func (s *Store) CountTasks(ctx context.Context, filter domain.TaskFilter) (int, error) {
	totals, err := counts(ctx, s, taskList(filter, domain.TaskOrder{}), 1)
	if err != nil {
		return 0, err
	}
	return totals[0], nil
}

// TasksPage reads a page of tasks by its number.
func (s *Store) TasksPage(ctx context.Context, filter domain.TaskFilter, order domain.TaskOrder, page domain.NumberedPage, full bool) (*domain.Numbered[domain.Task], error) {
	return numbered(ctx, s, taskList(filter, order), page, full)
}

// UserTasks reads a page of each user's tasks. The filter's UserID does not count.
func (s *Store) UserTasks(ctx context.Context, users []domain.UserID, filter domain.TaskFilter, order domain.TaskOrder, page domain.Page, full bool) ([]domain.Slice[domain.Task], error) {
	return pages(ctx, s, userTaskList(users, filter, order), len(users), page, full)
}

// CountUserTasks counts each user's tasks. The filter's UserID does not count.
func (s *Store) CountUserTasks(ctx context.Context, users []domain.UserID, filter domain.TaskFilter) ([]int, error) {
	return counts(ctx, s, userTaskList(users, filter, domain.TaskOrder{}), len(users))
}

func taskList(filter domain.TaskFilter, order domain.TaskOrder) *list[domain.Task] {
	l := newTaskList("all", filter, order)
	if filter.UserID != "" {
		l.where = []string{"t.user_id = " + l.args.add(string(filter.UserID))}
	}
	return l
}

func userTaskList(users []domain.UserID, filter domain.TaskFilter, order domain.TaskOrder) *list[domain.Task] {
	l := newTaskList("of users", filter, order)
	l.parents = []parentKeys{{"user_id", texts(users)}}
	l.where = []string{"t.user_id = p.user_id"}
	return l
}

func newTaskList(name string, filter domain.TaskFilter, order domain.TaskOrder) *list[domain.Task] {
	return &list[domain.Task]{
		noun: tasks, name: name, key: "submitted_at", keyType: "timestamptz", ties: true, descends: order.Direction == domain.Descending,
		variant: string(filter.Service) + "/" + string(filter.Status), branches: func(where []string) []branch { return taskBranches(filter, where) },
	}
}

func taskBranches(filter domain.TaskFilter, where []string) (branches []branch) {
	for _, t := range taskTables {
		if filter.Service == "" || filter.Service == t.service {
			branches = append(branches, t.branchesFor(filter.Status, where)...)
		}
	}
	if branches == nil { // The service has no word for the status.
		return []branch{taskTableOf(filter.Service).branch(where).and("false")}
	}
	return branches
}

// TasksByID reads the tasks with these ids, in no order, without those that do not exist: one statement for all
// services. A key without a service is looked for in all of them.
func (s *Store) TasksByID(ctx context.Context, ids []domain.TaskID, full bool) ([]domain.Task, error) {
	args := make([]any, len(taskTables))
	for i, t := range taskTables {
		args[i] = taskKeysOf(ids, t.service)
	}
	found := make([]domain.Task, 0, len(ids))
	err := s.read(ctx, tasks.table, tasksByIDSQL(full), args, func(row *row) error {
		found = append(found, scanTask(row.apart(), full))
		return nil
	})
	return found, err
}

func tasksByIDSQL(full bool) string {
	return shape{read: readByKeys, table: tasks.table, full: full}.text(func() string {
		selects := make([]string, len(taskTables))
		for i, t := range taskTables {
			selects[i] = fmt.Sprintf("SELECT %s FROM %s t WHERE t.id = ANY(%s::text[])", t.columns(full), t.table, placeholder(i+1))
		}
		return recordsOf(strings.Join(selects, "\nUNION ALL "))
	})
}

func taskKeysOf(ids []domain.TaskID, service domain.Service) []string {
	keys := []string{}
	for _, id := range ids {
		if id.Service == service || id.Service == "" {
			keys = append(keys, id.Key)
		}
	}
	return keys
}

// scanTask reads the columns of taskColumns, in their order; of those that a service lacks it takes no notice.
func scanTask(r *row, full bool) domain.Task {
	switch service := domain.Service(r.text()); service {
	case domain.Midjourney:
		return scanMidjourney(r, full)
	case domain.Flux:
		return scanFlux(r, full)
	default:
		return scanDreamwork(r, service, full)
	}
}

func scanMidjourney(r *row, full bool) *domain.MidjourneyTask {
	t := new(domain.MidjourneyTask)
	scanTaskBase(r, domain.Midjourney, &t.TaskBase)
	t.Action, t.Mode = r.textOrEmpty(), r.textOrEmpty()
	if parent, there := r.anyText(); there {
		t.ParentTaskID = &domain.TaskID{Service: domain.Midjourney, Key: parent}
	}
	r.skip(10) // request_id to watermark
	if full {
		t.Prompt, t.FailReason, t.PromptEn, t.Description = r.maybeText(), r.maybeText(), r.maybeText(), r.maybeText()
		t.Properties, t.Buttons = r.document(), r.document()
	}
	return t
}

func scanFlux(r *row, full bool) *domain.FluxTask {
	t := new(domain.FluxTask)
	scanTaskBase(r, domain.Flux, &t.TaskBase)
	t.TaskType = r.textOrEmpty()
	r.skip(2) // mode and parent_task_id
	t.RequestID, t.Model, t.AspectRatio, t.InputImageURL = r.maybeText(), r.textOrEmpty(), r.maybeText(), r.maybeText()
	t.NumImages, t.GuidanceScale = r.wholeOrZero(), r.maybeFloat()
	if steps, there := r.anyWhole(); there {
		t.NumInferenceSteps = new(int(steps))
	}
	t.Seed, t.RetryCount = r.maybeWhole(), r.wholeOrZero()
	r.skip(1) // watermark
	scanTexts(r, &t.TaskBase, full)
	return t
}

func scanDreamwork(r *row, service domain.Service, full bool) *domain.DreamworkTask {
	t := new(domain.DreamworkTask)
	scanTaskBase(r, service, &t.TaskBase)
	t.Action = r.textOrEmpty()
	r.skip(3) // mode to request_id
	t.Model, t.Size, t.InputImageURL = r.maybeText(), r.maybeText(), r.maybeText()
	r.skip(1) // num_images
	t.GuidanceScale = r.maybeFloat()
	r.skip(1) // steps
	t.Seed = r.maybeWhole()
	r.skip(1) // retry_count
	t.Watermark, _ = r.anyYes()
	scanTexts(r, &t.TaskBase, full)
	return t
}

// scanTaskBase reads what tasks of all services have, from the id on.
func scanTaskBase(r *row, service domain.Service, t *domain.TaskBase) {
	t.ID, t.UserID = domain.TaskID{Service: service, Key: r.text()}, domain.UserID(r.text())
	t.ProviderStatus = r.text()
	t.Status = domain.StatusOf(service, t.ProviderStatus)
	t.Progress = min(max(r.whole(), 0), 100)
	t.ImageURL, t.CloudImageURL, t.Cost = r.maybeText(), r.maybeText(), r.decimal()
	t.SubmittedAt, t.StartedAt, t.FinishedAt, t.UpdatedAt = r.time(), r.maybeTime(), r.maybeTime(), r.time()
}

// scanTexts reads the heavy columns of a service that has two of them.
func scanTexts(r *row, t *domain.TaskBase, full bool) {
	if full {
		t.Prompt, t.FailReason = r.maybeText(), r.maybeText()
		r.skip(4) // prompt_en to buttons
	}
}
