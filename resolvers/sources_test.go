package resolvers_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"encoding/json"

	"atelier/auth"
	"atelier/cache/answers"
	"atelier/domain"
	"atelier/graph"
	"atelier/resolvers"
	"atelier/store"
)

// recorded is an answer and what it was made of.
type recorded struct {
	body   []byte
	record *answers.Record
}

// mayBeKept says no to what is never kept: what refused it, and errors.
func (r recorded) mayBeKept() bool {
	return r.record.Refused() == answers.Kept && !bytes.HasPrefix(r.body, []byte(`{"errors"`))
}

// record asks as the viewer does and returns the answer with its record.
func (a *api) record(t testing.TB, viewer auth.Viewer, q question) recorded {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": q.text, "variables": q.variables})
	if err != nil {
		t.Fatal(err)
	}
	record := answers.New(answers.Config{}).Start()
	ctx := answers.With(auth.WithViewer(context.Background(), viewer), record)
	request := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", bytes.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	a.handler.ServeHTTP(recorder, request)
	return recorded{recorder.Body.Bytes(), record}
}

// crowded are questions without a balance that see lists grow, shrink, and rows move between them.
var crowded = []string{
	`{ users(first: 4, orderBy: {direction: ASC}) { totalCount nodes { id name statistics { totalTasks totalCreditsUsed thisMonthUsage }
		tasks(first: 2, filter: {status: SUCCEEDED}) { totalCount nodes { id status progress } }
		chats(filter: {archived: true}) { totalCount nodes { title messages(last: 1) { totalCount nodes { content } } } }
		files { nodes { filename } } generatedFiles(filter: {service: FLUX}) { totalCount nodes { filename task { id status } } } } } }`,
	`{ tasks(filter: {service: FLUX}, first: 2) { totalCount nodes { id status user { name } files { totalCount nodes { filename } } } } }`,
	`{ tasksPage(pageSize: 2) { total items { id progress ... on MidjourneyTask { parent { id status } } } } }`,
	`{ usersPage(pageSize: 2, filter: {role: PENDING}) { total items { name } } }`,
	`{ users(filter: {role: PENDING}) { totalCount } usersPage { total } a: tasks(filter: {status: SUCCEEDED}) { totalCount } b: tasksPage { total }
		c: tasks { __typename nodes { files { totalCount } } } viewer { tasks(filter: {status: QUEUED}) { totalCount }
		chats { totalCount nodes { messages { totalCount } } } files { totalCount } generatedFiles { totalCount } } }`,
	`{ models { name baseModel { name } user { name } } aiServices { service maxConcurrentTasks } }`,
	`{ viewer { name statistics { totalTasks thisMonthUsage } chats(first: 1) { nodes { title messages { nodes { user { name } parent { content } } } } } } }`,
}

// corpus is the questions of the world, in a fixed order.
func corpus() (all []question) {
	asked := worldQuestions()
	for _, root := range slices.Sorted(maps.Keys(asked)) {
		all = append(all, asked[root]...)
	}
	return all
}

// TestWhatIsReadIsRecorded asks every question as everyone and requires of every statement that the answer's record speaks of its
// table, or refuses the answer.
func TestWhatIsReadIsRecorded(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	read := map[string]bool{}
	observe := func(table string, _ time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		read[table] = true
	}
	a := serve(t, store.Config{URL: database(t, "world.sql"), Observe: observe}, func(r *resolvers.Resolver) graph.ResolverRoot { return r })
	seen := map[string]bool{}
	for _, q := range corpus() {
		for _, viewer := range viewers {
			clear(read)
			got := a.record(t, viewer, q)
			for table := range read {
				seen[table] = true
				if !speaksOf(got.record, table) {
					t.Errorf("%s reads %s, and no record says so: %s %v", nameOf(viewer), table, q.text, q.variables)
				}
			}
		}
	}
	if len(seen) < 10 {
		t.Errorf("the questions read %v only", slices.Sorted(maps.Keys(seen)))
	}
}

// TestBalancesAndLedgersAreNotKept by whatever name and way they are asked for; an entry by its id tells a balance as well.
func TestBalancesAndLedgersAreNotKept(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "world.sql"))
	entry := globalID("CreditLog", "log-bob-1")
	for _, text := range []string{
		`{ viewer { money: credit } }`,
		`{ viewer { ...F } } fragment F on User { ... @include(if: true) { credit } }`,
		`{ tasks(first: 1) { nodes { user { credit } } } }`,
		`{ viewer { creditLogs(first: 1) { nodes { balanceAfter } } } }`,
		`{ viewer { creditLogs { totalCount } } }`,
		`{ node(id: "` + entry + `") { ... on CreditLog { balanceAfter } } }`,
		`{ nodes(ids: ["` + entry + `"]) { id } }`,
	} {
		got := a.record(t, auth.Viewer{ID: "bob", Role: domain.RoleUser}, question{text: text})
		if got.record.Refused() != answers.Balance || bytes.Contains(got.body, []byte("errors")) {
			t.Errorf("%s: refused as %q: %s", text, got.record.Refused(), got.body)
		}
	}
}

func speaksOf(r *answers.Record, table string) bool {
	switch table {
	case "credit":
		return r.Refused() == answers.Balance
	case "tasks": // Those of all services, or of some.
		return r.Covers(domain.TableDreamwork) || r.Covers(domain.TableFlux) || r.Covers(domain.TableMidjourney)
	}
	return r.Covers(domain.Table(table))
}

// changes are statements that each change something of a person's; X is the person, Y the next.
var changes = []string{
	`UPDATE users SET name = name || '!', role = 'pending', profile_image_url = '/x.png', updated_at = updated_at + interval '1 s' WHERE id = 'X'`,
	`INSERT INTO users (id, name, email, role) VALUES ('new-X', 'New', 'new-X@example.com', 'user')`,
	`UPDATE mj_tasks SET status = 'IN_PROGRESS', progress = 7, prompt = prompt || '!', properties = NULL WHERE id = 'mj-X-1'`,
	`UPDATE mj_tasks SET user_id = 'Y' WHERE id = 'mj-X-2'`,
	`UPDATE flux_tasks SET status = 'SUCCESS', progress = 100, prompt = prompt || '!' WHERE id = 'flux-X'`,
	`UPDATE dreamwork_tasks SET user_id = 'Y', status = 'SUCCESS' WHERE id = 'dream-X'`,
	`INSERT INTO flux_tasks (id, user_id, model, task_type, status, prompt) VALUES ('new-X', 'X', 'pro', 'text_to_image', 'PENDING', 'a cat')`,
	`DELETE FROM dreamwork_tasks WHERE id = 'dream-X'`,
	`UPDATE chat SET title = title || '!', updated_at = updated_at + interval '1 day' WHERE id = 'chat-X-1'`,
	`UPDATE chat SET archived = NOT archived WHERE id = 'chat-X-2'`,
	`UPDATE message SET content = content || '!', meta = NULL WHERE id = 'message-X-1'`,
	`UPDATE message SET chat_id = 'chat-Y-2', user_id = 'Y' WHERE id = 'message-X-2'`,
	`INSERT INTO message (id, chat_id, user_id, role, content) VALUES ('new-X', 'chat-X-2', 'X', 'user', 'hello')`,
	`UPDATE chat SET user_id = 'Y' WHERE id = 'chat-X-1'`,
	`DELETE FROM message WHERE chat_id = 'chat-X-1'`,
	`DELETE FROM chat WHERE id = 'chat-X-1'`,
	`INSERT INTO chat (id, user_id, title) VALUES ('chat-X-1', 'Y', 'back again')`,
	`UPDATE file SET filename = filename || '!', meta = NULL WHERE id = 'file-X'`,
	`UPDATE file SET user_id = 'Y' WHERE id = 'file-X'`,
	`UPDATE generated_files SET filename = filename || '!', file_metadata = NULL WHERE id = 'made-X-1'`,
	`UPDATE generated_files SET user_id = 'X', source_type = 'flux', source_task_id = 'flux-Y' WHERE id = 'made-Y-4'`,
	`DELETE FROM generated_files WHERE id = 'made-X-5'`,
	`UPDATE models SET name = name || '!', params = NULL, access_control = '{}', is_active = NOT is_active WHERE id = 'model-X-open'`,
	`UPDATE models SET user_id = 'Y', access_control = NULL WHERE id = 'model-X-secret'`,
	`UPDATE ai_services SET max_concurrent_tasks = max_concurrent_tasks + 1 WHERE id = 'flux'`,
	`INSERT INTO credit_log (id, user_id, kind, delta, balance_after, idempotency_key) VALUES ('new-X', 'X', 'HOLD', -1, 1, 'new-X')`,
	`DELETE FROM mj_tasks WHERE user_id = 'X'`,
}

// TestWhatChangesAnAnswerIsRecorded changes the world a statement at a time and asks a part of all questions again. Where the answer is
// another one than before, its record must have named the change, as the feed tells it.
func TestWhatChangesAnAnswerIsRecorded(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "world.sql"))
	w := &watchedWorld{api: a, questions: corpus()}
	w.before = snapshot(t, a)
	different := map[domain.Table]int{}
	for i, person := range people {
		next := people[(i+1)%len(people)]
		for j, statement := range changes {
			w.step(t, strings.NewReplacer("X", string(person.ID), "Y", string(next.ID)).Replace(statement), i+len(people)*j, different)
		}
	}
	for _, table := range slices.Collect(maps.Keys(tableShape)) {
		if different[table] == 0 && table != domain.TableCredit {
			t.Errorf("no change of %s made a difference to any answer", table)
		}
	}
	t.Logf("changes that made a difference: %v", different)
}

// watchedWorld is a world that changes, and the questions that are asked about it.
type watchedWorld struct {
	*api
	questions []question
	before    map[domain.Table]map[string]row
}

// parts is how many parts the questions are asked in, one after each statement.
const parts = 80

// step asks some questions, makes a change, and asks them again.
func (w *watchedWorld) step(t *testing.T, statement string, n int, different map[domain.Table]int) {
	t.Helper()
	asked := everyNth(w.questions, parts, n)
	for _, text := range crowded {
		asked = append(asked, question{text: text})
	}
	first := w.ask(t, asked)
	w.exec(t, statement)
	after := snapshot(t, w.api)
	changed := difference(w.before, after)
	w.before = after
	if len(changed) == 0 {
		t.Errorf("nothing is changed by %s", statement)
	}
	second := w.ask(t, asked)
	for i := range first {
		if bytes.Equal(first[i].body, second[i].body) || !first[i].mayBeKept() {
			continue
		}
		for _, c := range changed {
			different[c.Table]++
		}
		if !slices.ContainsFunc(changed, first[i].record.Concerns) {
			t.Errorf("%s\nchanges the answer to %s %v\nand no record names it: %v\nbefore %.500s\nafter  %.500s", statement,
				asked[i/2].text, asked[i/2].variables, changed, first[i].body, second[i].body)
		}
	}
}

// ask asks each question as the admin and as a member.
func (w *watchedWorld) ask(t *testing.T, asked []question) []recorded {
	t.Helper()
	got := make([]recorded, 2*len(asked))
	var hands sync.WaitGroup
	for hand := range 4 {
		hands.Go(func() {
			for i := hand; i < len(got); i += 4 {
				got[i] = w.record(t, []auth.Viewer{ada, bob}[i%2], asked[i/2])
			}
		})
	}
	hands.Wait()
	return got
}

func everyNth(all []question, n, from int) (some []question) {
	for i := from % n; i < len(all); i += n {
		some = append(some, all[i])
	}
	return some
}

// tableShape is the columns by which the feed names rows of each table: owner and parent, "" for none.
var tableShape = map[domain.Table][2]string{
	domain.TableUsers: {"id", ""}, domain.TableCredit: {"user_id", ""}, domain.TableCreditLog: {"user_id", "task_id"},
	domain.TableMidjourney: {"user_id", ""}, domain.TableFlux: {"user_id", ""}, domain.TableDreamwork: {"user_id", ""},
	domain.TableChat: {"user_id", ""}, domain.TableMessage: {"user_id", "chat_id"}, domain.TableFile: {"user_id", ""},
	domain.TableGeneratedFiles: {"user_id", "source_task_id"}, domain.TableModels: {"user_id", ""}, domain.TableAIServices: {"", ""},
}

// row is what stands in a row, and how the feed names it besides.
type row struct{ Content, Owner, Parent string }

func snapshot(t *testing.T, a *api) map[domain.Table]map[string]row {
	t.Helper()
	all := map[domain.Table]map[string]row{}
	for table, shape := range tableShape {
		column := func(name string) string {
			if name == "" {
				return "''"
			}
			return "coalesce(" + name + ", '')"
		}
		all[table] = map[string]row{}
		rows, err := a.store.DB().QueryContext(t.Context(), fmt.Sprintf("SELECT id, t::text, %s, %s FROM %s t", column(shape[0]), column(shape[1]), table))
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var id string
			var r row
			if err := rows.Scan(&id, &r.Content, &r.Owner, &r.Parent); err != nil {
				t.Fatal(err)
			}
			all[table][id] = r
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// difference is what the feed tells of the way from one state to another.
func difference(before, after map[domain.Table]map[string]row) (changed []domain.Change) {
	for table := range tableShape {
		c := domain.Change{Table: table}
		ids := map[string]bool{}
		for _, state := range []map[string]row{before[table], after[table]} {
			for id := range state {
				ids[id] = true
			}
		}
		for id := range ids {
			old, was := before[table][id]
			now, is := after[table][id]
			if was == is && old == now {
				continue
			}
			c.IDs = append(c.IDs, id)
			for _, r := range []row{old, now} {
				c.Owners, c.Parents = append(c.Owners, r.Owner), append(c.Parents, r.Parent)
			}
		}
		if len(c.IDs) > 0 {
			changed = append(changed, c)
		}
	}
	return changed
}
