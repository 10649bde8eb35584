package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"atelier/domain"
	"atelier/store"
)

// numberedPlan is a list that is read by page numbers, and the indexes on which rows before the page are counted off.
type numberedPlan struct {
	statement func(store.Read) store.Statement
	indexes   []string
}

func (l *large) numberedPlans() map[string]numberedPlan {
	plans := map[string]numberedPlan{}
	for name, index := range map[string]string{"CREATED_AT": "idx_users_created", "NAME": "idx_users_name"} {
		order := domain.UserOrder{Field: domain.UserOrderField(name), Direction: domain.Descending}
		plans["users by "+name] = numberedPlan{func(r store.Read) store.Statement {
			return store.UsersStatement(domain.UserFilter{}, order, r)
		}, []string{index}}
	}
	for index, filter := range map[string]domain.TaskFilter{
		"": {}, "status": {Status: domain.TaskSucceeded}, "user": {UserID: l.busy}, "user status": {UserID: l.busy, Status: domain.TaskFailed},
	} {
		plans["tasks "+index] = numberedPlan{func(r store.Read) store.Statement {
			return store.TasksStatement(filter, domain.TaskOrder{Direction: domain.Descending}, r)
		}, taskIndexes[index]}
	}
	return plans
}

// The rows before a page are counted off in an index, and no others are read than the page's.
func (l *large) testNumberedPages(t *testing.T) {
	t.Parallel()
	for name, plan := range l.numberedPlans() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := l.conn(t)
			for _, number := range []int{1, 10} {
				page := domain.NumberedPage{Number: number, Size: 20}
				plan.check(t, page, explain(t, conn, plan.statement(store.Read{Number: page, Full: true})))
			}
		})
	}
}

func (p numberedPlan) check(t *testing.T, page domain.NumberedPage, e explained) {
	t.Helper()
	wrong, keys, rows := "", 0.0, 0.0
	e.Plan.walk(func(n *node, above []*node) {
		switch {
		case n.Subplan == "CTE k" && n.Expected > domain.MaxPageSize: // Joins of large tables would read them whole.
			wrong = fmt.Sprintf("the planner expects %.0f rows", n.Expected)
		case n.Relation == "":
		case n.Type == "Index Only Scan" && slices.Contains(p.indexes, n.Index) && !sortsBeforeLimit(above):
			keys += n.rowsRead()
		case n.Type == "Index Scan" && n.Index == n.Relation+"_pkey":
			rows += n.rowsRead()
		default:
			wrong = n.Type + " " + n.Index + " on " + n.Relation
		}
	})
	if most := float64(page.Offset() + page.Size + len(p.indexes)); keys > most {
		wrong = fmt.Sprintf("it counts off %.0f keys, more than %.0f", keys, most)
	}
	if keys == 0 || rows != float64(page.Size) {
		wrong = fmt.Sprintf("of %.0f keys it reads %.0f rows, want %d", keys, rows, page.Size)
	}
	if wrong != "" {
		t.Errorf("page %d: %s\n%s", page.Number, wrong, e.Plan.outline())
	}
}

// No statement of the store reads a whole table, but for those that cannot do otherwise.
func (l *large) testEveryStatement(t *testing.T) {
	t.Parallel()
	alone := *l // On one connection, which prepares all statements.
	alone.world = worldAt(t, l.url, store.Config{MaxConns: 1, StatementTimeout: time.Minute})
	alone.readEverything(t)
	conn := l.conn(t)
	// A table of a few pages is read as quickly as its index.
	small := l.column(t, `SELECT relname FROM pg_class WHERE relkind = 'r' AND relpages < 25`)
	texts := append(alone.Texts(), store.TransactionTexts...)
	if len(texts) < 100 {
		t.Errorf("only %d statements were seen", len(texts))
	}
	for _, text := range texts {
		if isExempt(text) {
			continue
		}
		explainOnly(t, conn, text).Plan.walk(func(n *node, _ []*node) {
			if n.Type == "Seq Scan" && !slices.Contains(small, n.Relation) {
				t.Errorf("%s on %s:\n%s", n.Type, n.Relation, text)
			}
		})
	}
}

// isExempt tells totals over a whole table, which the timeout bounds, as it does searches and statuses that have no name.
func isExempt(text string) bool {
	return strings.HasPrefix(text, "SELECT record_send(ROW(1, (SELECT count(*)") && !strings.Contains(text, "user_id = ")
}

// readEverything calls every method that reads, in all its variants.
func (l *large) readEverything(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	for _, page := range planPages {
		for _, full := range []bool{false, true} {
			succeeds(t)(l.CreditLogs(ctx, l.users, page, full))
			succeeds(t)(l.Messages(ctx, l.chats, page, full))
			succeeds(t)(l.Files(ctx, l.users, page, full))
			succeeds(t)(l.TaskFiles(ctx, l.tasks, page, full))
			for _, service := range append(domain.Services(), "") {
				succeeds(t)(l.GeneratedFiles(ctx, l.users, domain.GeneratedFileFilter{Service: service}, page, full))
			}
		}
		for _, archived := range []domain.Tristate{domain.Either, domain.Yes, domain.No} {
			succeeds(t)(l.Chats(ctx, l.users, domain.ChatFilter{Archived: archived}, page))
		}
		l.readUsers(t, page)
		l.readTasks(t, page)
	}
	l.readNumbered(t)
	l.readOnes(t)
}

func (l *large) readUsers(t *testing.T, page domain.Page) {
	t.Helper()
	for _, filter := range []domain.UserFilter{{}, {Role: domain.RoleAdmin}, {CreatedAfter: largeNow}, {CreatedBefore: largeNow}} {
		for _, field := range []domain.UserOrderField{domain.UsersByCreatedAt, domain.UsersByName} {
			for _, d := range directions {
				succeeds(t)(l.Users(t.Context(), filter, domain.UserOrder{Field: field, Direction: d}, page))
			}
		}
	}
}

func (l *large) readTasks(t *testing.T, page domain.Page) {
	t.Helper()
	for _, filter := range l.taskFilters() {
		for _, d := range directions {
			order := domain.TaskOrder{Direction: d}
			succeeds(t)(l.Tasks(t.Context(), filter, order, page, true))
			succeeds(t)(l.UserTasks(t.Context(), l.users, filter, order, page, true))
		}
	}
}

func (l *large) taskFilters() (filters []domain.TaskFilter) {
	for _, status := range taskStatuses {
		if status != domain.TaskUnknown {
			filters = append(filters, domain.TaskFilter{Status: status}, domain.TaskFilter{Status: status, UserID: l.busy})
		}
	}
	return filters
}

func (l *large) readNumbered(t *testing.T) {
	t.Helper()
	page := domain.NumberedPage{Number: 2, Size: 10}
	for _, d := range directions {
		for _, filter := range l.taskFilters() {
			succeeds(t)(l.TasksPage(t.Context(), filter, domain.TaskOrder{Direction: d}, page, true))
			succeeds(t)(l.CountUserTasks(t.Context(), l.users, filter))
		}
		for _, role := range []domain.Role{"", domain.RoleUser} {
			for _, field := range []domain.UserOrderField{domain.UsersByCreatedAt, domain.UsersByName} {
				succeeds(t)(l.UsersPage(t.Context(), domain.UserFilter{Role: role}, domain.UserOrder{Field: field, Direction: d}, page))
			}
		}
	}
}

func (l *large) readOnes(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	succeeds(t)(l.UsersByID(ctx, l.users))
	_, balances, err := l.UsersWithBalance(ctx, l.users)
	succeeds(t)(balances, err)
	succeeds(t)(l.ChatsByID(ctx, l.chats))
	succeeds(t)(l.MessagesByID(ctx, []domain.MessageID{"dormant-1"}, true))
	succeeds(t)(l.FilesByID(ctx, []domain.FileID{"dormant-1"}, true))
	succeeds(t)(l.GeneratedFilesByID(ctx, []domain.GeneratedFileID{"dormant-1"}, true))
	succeeds(t)(l.CreditLogsByID(ctx, []domain.CreditLogID{"dormant-1"}, true))
	succeeds(t)(l.TasksByID(ctx, []domain.TaskID{{Key: "dormant-1"}}, true))
	succeeds(t)(l.Role(ctx, l.dormant))
	succeeds(t)(l.UserIDByEmail(ctx, "dora@example.com"))
	succeeds(t)(l.FirstUserOfRole(ctx, domain.RoleAdmin))
	succeeds(t)(l.Balances(ctx, l.users))
	succeeds(t)(l.Statistics(ctx, l.users, largeNow))
	succeeds(t)(l.CountCreditLogs(ctx, l.users))
	succeeds(t)(l.CountChats(ctx, l.users, domain.ChatFilter{Archived: domain.Yes}))
	succeeds(t)(l.CountMessages(ctx, l.chats))
	succeeds(t)(l.CountFiles(ctx, l.users))
	succeeds(t)(l.CountGeneratedFiles(ctx, l.users, domain.GeneratedFileFilter{Service: domain.Flux}))
	succeeds(t)(l.CountTaskFiles(ctx, l.tasks))
	succeeds(t)(0, l.TouchUsers(ctx, l.users, largeNow))
	succeeds(t)(l.UpdateProfile(ctx, l.dormant, domain.ProfileChange{}))
	succeeds(t)(l.RenameChat(ctx, "dormant-1", l.dormant, "older"))
	succeeds(t)(l.CreateChat(ctx, "new", l.dormant, "new"))
}

// succeeds fails the test on the error of a call whose value does not matter.
func succeeds(t *testing.T) func(_ any, err error) {
	return func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
}
