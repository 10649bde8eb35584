package store_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"atelier/domain"
	"atelier/store"
)

// listPlan is a list in one of its filters and orders, and the indexes that serve it: all of these and no other. An index
// may have an alternative, after a bar.
type listPlan struct {
	name      string
	statement func(store.Read) store.Statement
	parents   int
	branches  int
	indexes   []string
}

const planLimit = 20

// planPages are where pages begin: at either end, and deep in the middle, in both directions.
var planPages = map[string]domain.Page{
	"first":        {Limit: planLimit},
	"last":         {Limit: planLimit, Backward: true},
	"after a row":  {Limit: planLimit, After: middle},
	"before a row": {Limit: planLimit, Backward: true, Before: middle},
	"between":      {Limit: planLimit, After: middle, Before: &domain.Position{At: largeNow, Text: "Z", ID: "z", Service: domain.Flux}},
}

var middle = &domain.Position{At: largeNow.Add(-60 * 24 * time.Hour), Text: "M", ID: "m", Service: domain.Flux}

var taskIndexes = map[string][]string{
	"":            {"idx_dreamwork_tasks_submit_time", "idx_flux_tasks_created", "idx_mj_tasks_submit_time"},
	"status":      {"idx_dreamwork_tasks_status_submit", "idx_flux_tasks_status_created", "idx_mj_tasks_status_submit"},
	"user":        {"idx_dreamwork_tasks_user_submit", "idx_flux_tasks_user_created", "idx_mj_tasks_user_submit"},
	"user status": {"idx_dreamwork_tasks_user_status", "idx_flux_tasks_user_status", "idx_mj_tasks_user_status"},
	// Few tasks are under way or were cancelled: those of all users are then as quickly looked through as one user's.
	"user rare status": {
		"idx_dreamwork_tasks_user_status|idx_dreamwork_tasks_status_submit", "idx_flux_tasks_user_status|idx_flux_tasks_status_created",
		"idx_mj_tasks_user_status|idx_mj_tasks_status_submit",
	},
	// Nearly all tasks succeed: a user's tasks are then as good as the user's that did.
	"user usual status": {
		"idx_dreamwork_tasks_user_status|idx_dreamwork_tasks_user_submit", "idx_flux_tasks_user_status|idx_flux_tasks_user_created",
		"idx_mj_tasks_user_status|idx_mj_tasks_user_submit",
	},
}

func (l *large) userPlans() (plans []listPlan) {
	add := func(name string, f domain.UserFilter, field domain.UserOrderField, index string) {
		for _, d := range directions {
			plans = append(plans, listPlan{fmt.Sprintf("users %s by %s %s", name, field, d), func(r store.Read) store.Statement {
				return store.UsersStatement(f, domain.UserOrder{Field: field, Direction: d}, r)
			}, 1, 1, []string{index}})
		}
	}
	long := domain.UserFilter{CreatedAfter: largeNow.AddDate(-1, 0, 0), CreatedBefore: largeNow.AddDate(0, -1, 0)}
	add("all", domain.UserFilter{}, domain.UsersByCreatedAt, "idx_users_created")
	add("all", domain.UserFilter{}, domain.UsersByName, "idx_users_name")
	add("of a role", domain.UserFilter{Role: domain.RoleUser}, domain.UsersByCreatedAt, "idx_users_role_created")
	add("of a role", domain.UserFilter{Role: domain.RoleUser}, domain.UsersByName, "idx_users_role_name")
	add("of a time", long, domain.UsersByCreatedAt, "idx_users_created")
	return plans
}

func (l *large) taskPlans() (plans []listPlan) {
	for _, status := range taskStatuses {
		if status == domain.TaskUnknown { // Bounded by the timeout instead.
			continue
		}
		branches := 0
		for _, service := range domain.Services() {
			branches += max(len(domain.ProviderWords(service, status)), 1)
		}
		if status == "" {
			branches = 3
		}
		plans = append(plans, l.taskPlansOf(status, branches)...)
	}
	one := domain.TaskFilter{Service: domain.Flux, UserID: l.busy}
	return append(plans, listPlan{"tasks of a service and a user", func(r store.Read) store.Statement {
		return store.TasksStatement(one, domain.TaskOrder{Direction: domain.Descending}, r)
	}, 1, 1, []string{"idx_flux_tasks_user_created"}})
}

func (l *large) taskPlansOf(status domain.TaskStatus, branches int) (plans []listPlan) {
	root, owned := "status", "user rare status"
	switch status {
	case "":
		root, owned = "", "user"
	case domain.TaskSucceeded:
		owned = "user usual status"
	case domain.TaskFailed:
		owned = "user status"
	}
	for _, d := range directions {
		order := domain.TaskOrder{Direction: d}
		add := func(name string, parents int, index string, statement func(store.Read) store.Statement) {
			plans = append(plans, listPlan{fmt.Sprintf("%s %s %s", name, status, d), statement, parents, branches, served(status, taskIndexes[index])})
		}
		add("tasks", 1, root, func(r store.Read) store.Statement {
			return store.TasksStatement(domain.TaskFilter{Status: status}, order, r)
		})
		for name, user := range map[string]domain.UserID{"dormant": l.dormant, "busy": l.busy} {
			add(name+" user's tasks", 1, owned, func(r store.Read) store.Statement {
				return store.TasksStatement(domain.TaskFilter{Status: status, UserID: user}, order, r)
			})
		}
		add("users' tasks", len(l.users), owned, func(r store.Read) store.Statement {
			return store.UserTasksStatement(l.users, domain.TaskFilter{Status: status}, order, r)
		})
	}
	return plans
}

// served leaves out the indexes of services that have no word for the status.
func served(status domain.TaskStatus, indexes []string) []string {
	return slices.DeleteFunc(slices.Clone(indexes), func(index string) bool {
		return status != "" && strings.Contains(index, "flux") && domain.ProviderWords(domain.Flux, status) == nil
	})
}

func (l *large) otherPlans() []listPlan {
	n := len(l.users)
	plans := []listPlan{
		{"credit logs", func(r store.Read) store.Statement { return store.CreditLogsStatement(l.users, r) }, n, 1, []string{"idx_credit_log_user_time"}},
		{"files", func(r store.Read) store.Statement { return store.FilesStatement(l.users, r) }, n, 1, []string{"idx_file_user_created"}},
		{"messages", func(r store.Read) store.Statement { return store.MessagesStatement(l.chats, r) }, len(l.chats), 1, []string{"idx_message_chat_created"}},
		{"generated files", func(r store.Read) store.Statement {
			return store.GeneratedFilesStatement(l.users, domain.GeneratedFileFilter{}, r)
		}, n, 1, []string{"idx_generated_files_user_created"}},
		{"a service's generated files", func(r store.Read) store.Statement {
			return store.GeneratedFilesStatement(l.users, domain.GeneratedFileFilter{Service: domain.Flux}, r)
		}, n, 1, []string{"idx_generated_files_user_service"}},
		{"tasks' files", func(r store.Read) store.Statement { return store.TaskFilesStatement(l.tasks, r) }, len(l.tasks), 1, []string{"idx_generated_files_source"}},
		{"chats", func(r store.Read) store.Statement { return store.ChatsStatement(l.users, domain.ChatFilter{}, r) }, n, 1, []string{"idx_chat_user_updated"}},
	}
	return append(plans, listPlan{"archived chats", func(r store.Read) store.Statement {
		return store.ChatsStatement(l.users, domain.ChatFilter{Archived: domain.Yes}, r)
	}, n, 1, []string{"idx_chat_user_archived_updated"}}, listPlan{"open chats", func(r store.Read) store.Statement { // Nearly all are.
		return store.ChatsStatement(l.users, domain.ChatFilter{Archived: domain.No}, r)
	}, n, 1, []string{"idx_chat_user_archived_updated|idx_chat_user_updated"}})
}

func TestPlans(t *testing.T) {
	t.Parallel()
	l := newLarge(t)
	t.Run("lists", l.testLists)
	t.Run("numbered pages", l.testNumberedPages)
	t.Run("every statement", l.testEveryStatement)
}

// Every page of every list comes from an index that serves its filter and its whole order: it reads about as many rows as it
// gives, whoever asks and however deep.
func (l *large) testLists(t *testing.T) {
	t.Parallel()
	for _, plan := range slices.Concat(l.userPlans(), l.taskPlans(), l.otherPlans()) {
		t.Run(plan.name, func(t *testing.T) {
			t.Parallel()
			conn := l.conn(t)
			for name, page := range planPages {
				plan.check(t, name, explain(t, conn, plan.statement(store.Read{Page: page, Full: true})))
			}
		})
	}
}

// conn is one of the store's connections, which plan as its statements are planned.
func (w *world) conn(t testing.TB) *sql.Conn {
	t.Helper()
	conn, err := w.DB().Conn(t.Context())
	t.Cleanup(func() { _ = conn.Close() })
	return must(t, conn, err)
}

func (p listPlan) check(t *testing.T, name string, e explained) {
	t.Helper()
	used := map[string]bool{}
	rows, wrong := 0.0, ""
	e.Plan.walk(func(n *node, above []*node) {
		if n.Relation == "" {
			return
		}
		index := p.indexOf(n.Index)
		used[index] = true
		rows += n.rowsRead()
		switch {
		case n.Type != "Index Scan" && n.Type != "Index Only Scan":
			wrong = n.Type + " on " + n.Relation
		case index == "":
			wrong = n.Index + " serves it"
		case sortsBeforeLimit(above):
			wrong = "the rows of " + n.Relation + " are sorted before they are limited"
		}
	})
	const sides = 3
	most := float64(p.parents * p.branches * (planLimit + 1 + 2*sides))
	pages := most + float64(p.parents*p.branches*sides*5) // A descent of an index is 3 to 5 pages.
	switch {
	case wrong != "":
	case len(used) != len(p.indexes):
		wrong = fmt.Sprintf("it uses %v, not all of %v", used, p.indexes)
	case rows > most:
		wrong = fmt.Sprintf("it reads %.0f rows, more than %.0f", rows, most)
	case e.Plan.Hit+e.Plan.Read > pages:
		wrong = fmt.Sprintf("it reads %.0f pages, more than %.0f", e.Plan.Hit+e.Plan.Read, pages)
	case e.JIT != nil:
		wrong = "it is compiled"
	}
	if wrong != "" {
		t.Errorf("%s: %s\n%s", name, wrong, e.Plan.outline())
	}
}

// indexOf is the one among the list's indexes, with its alternative, that name is of; empty for another.
func (p listPlan) indexOf(name string) string {
	for _, index := range p.indexes {
		if slices.Contains(strings.Split(index, "|"), name) {
			return index
		}
	}
	return ""
}

// sortsBeforeLimit reports whether rows are sorted on the way from a table to the first LIMIT above it.
func sortsBeforeLimit(above []*node) bool {
	for _, n := range slices.Backward(above) {
		switch n.Type {
		case "Limit":
			return false
		case "Sort", "Incremental Sort":
			return true
		}
	}
	return true
}
