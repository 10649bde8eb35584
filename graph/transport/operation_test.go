package transport_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"atelier/auth"
	"atelier/domain"
	"atelier/graph/transport"
)

// purse is a budget of one caller's.
type purse struct{ points int }

func (p *purse) Take(_ *http.Request, points int) (taken, remaining int, wait time.Duration) {
	if points > p.points {
		return 0, p.points, 1500 * time.Millisecond
	}
	p.points -= points
	return points, p.points, 0
}

func (p *purse) Return(_ *http.Request, points int) int {
	p.points += points
	return p.points
}

// outcomes keeps what was observed.
type outcomes struct {
	mu   sync.Mutex
	seen []transport.Outcome
}

func (o *outcomes) observe(_ context.Context, one transport.Outcome) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.seen = append(o.seen, one)
}

func (o *outcomes) last(t *testing.T) transport.Outcome {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.seen) == 0 {
		t.Fatal("nothing was observed")
	}
	return o.seen[len(o.seen)-1]
}

// counted is a Measure that finds the same work in everything.
func counted(w transport.Work) transport.Measure {
	return func(ctx context.Context) (context.Context, func() transport.Work) {
		return ctx, func() transport.Work { return w }
	}
}

const viewer = `{"query":"query Mine{viewer{id}}"}` // 2 points.

func TestBudget(t *testing.T) {
	p := &purse{points: 5}
	handler := newHandler(transport.Settings{Budget: p, Measure: counted(transport.Work{Statements: 1})})
	for _, left := range []int{4, 3, 2, 1} { // Each is charged 2, and 1 comes back.
		if got := post(t, handler, viewer); got.code() != "" || p.points != left {
			t.Errorf("%d points left, want %d: %s", p.points, left, got.body)
		}
	}
	for _, accept := range []string{graphQL, plain} {
		got := post(t, handler, viewer, "Accept", accept)
		if got.status != 429 || got.code() != "RATE_LIMITED" || got.header.Get("Retry-After") != "2" || got.Errors[0].Extensions["retryable"] != true || got.Data != nil {
			t.Errorf("as %s: %d %v %s", accept, got.status, got.header, got.body)
		}
	}
	if p.points != 1 {
		t.Errorf("%d points left", p.points)
	}
}

// TestBudgetWithoutMeasure: where no work is counted, operations cost what they may cost.
func TestBudgetWithoutMeasure(t *testing.T) {
	p := &purse{points: 5}
	post(t, newHandler(transport.Settings{Budget: p}), viewer)
	if p.points != 3 {
		t.Errorf("%d points left, want 3", p.points)
	}
}

// TestIntrospectionIsPaidFor though it makes no statement.
func TestIntrospectionIsPaidFor(t *testing.T) {
	p := &purse{points: 1000}
	post(t, newHandler(transport.Settings{Budget: p, Measure: counted(transport.Work{})}), `{"query":"{__schema{types{name fields{name}}}}"}`)
	if spent := 1000 - p.points; spent < 50 {
		t.Errorf("%d points", spent)
	}
}

func TestCostIsToldWhenAsked(t *testing.T) {
	settings := transport.Settings{Budget: &purse{points: 50}, Measure: counted(transport.Work{Statements: 1, Batches: 2, Rows: 40, Database: 1500 * time.Microsecond})}
	handler := newHandler(settings)
	if got := post(t, handler, viewer); got.Extensions != nil {
		t.Errorf("told without being asked: %s", got.body)
	}
	got := post(t, handler, viewer, transport.HeaderCost, "1")
	cost, _ := got.Extensions["cost"].(map[string]any)
	if cost["requested"] != 2.0 || cost["actual"] != 2.0 || cost["remaining"] != 46.0 || got.Extensions["atelier"] != nil {
		t.Errorf("%s", got.body)
	}
	asAdmin := newPost(auth.WithViewer(t.Context(), auth.Viewer{ID: "u1", Role: domain.RoleAdmin}), typename, transport.HeaderCost, "1")
	work, _ := serve(t, handler, asAdmin).Extensions["atelier"].(map[string]any)
	if work["statements"] != 1.0 || work["loaderBatches"] != 2.0 || work["databaseMs"] != 1.5 {
		t.Errorf("%v", work)
	}
	if got := post(t, handler, `{"query":"{x}"}`, transport.HeaderCost, "1"); got.Extensions != nil {
		t.Errorf("a refusal: %s", got.body)
	}
}

func TestObserve(t *testing.T) {
	var o outcomes
	handler := newHandler(transport.Settings{Observe: o.observe})
	for _, one := range []struct {
		body string
		name string
		kind ast.Operation
		code string
	}{
		{viewer, "Mine", ast.Query, ""},
		{`{"query":"mutation Make{createChat(input:{title:\"x\"}){chat{id}}}"}`, "Make", ast.Mutation, "UNAUTHENTICATED"},
		{`{"query":"query Costly{users(first:100){nodes{tasks(first:100){nodes{id}}}}}"}`, "Costly", ast.Query, "COST_EXCEEDED"},
		{`{"query":"{x}"}`, "", "", "GRAPHQL_VALIDATION_FAILED"},
		{`x`, "", "", "BAD_REQUEST"},
	} {
		post(t, handler, one.body)
		got := o.last(t)
		if got.Name != one.name || got.Kind != one.kind || !slices.Equal(got.Codes, strings.Fields(one.code)) || got.Took <= 0 {
			t.Errorf("%s: %+v", one.body, got)
		}
	}
}

// TestWhoHasLeftIsNotAnswered, and what failed because of that is counted as nobody's error.
func TestWhoHasLeftIsNotAnswered(t *testing.T) {
	var o outcomes
	p := &purse{points: 5}
	handler := newHandler(transport.Settings{Observe: o.observe, Budget: p, Measure: counted(transport.Work{})})
	ctx, leave := context.WithCancel(t.Context())
	leave()
	for _, body := range []string{viewer, `{"query":"{x}"}`} {
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, newPost(ctx, body))
		if recorder.Body.Len() > 0 || len(recorder.Header()) > 0 {
			t.Errorf("answered %d %v %s", recorder.Code, recorder.Header(), recorder.Body)
		}
		if got := o.last(t); !got.Left || got.Ran || len(got.Codes) > 0 {
			t.Errorf("%+v", got)
		}
	}
	if p.points != 5 {
		t.Errorf("%d points left", p.points)
	}
}

// TestDeadlineBeforeTheStart: what has no time left is refused.
func TestDeadlineBeforeTheStart(t *testing.T) {
	var o outcomes
	handler := newHandler(transport.Settings{Deadline: time.Nanosecond, Observe: o.observe})
	for accept, status := range map[string]int{graphQL: 503, plain: 200} {
		got := post(t, handler, typename, "Accept", accept)
		if got.status != status || got.code() != "TIMEOUT" || got.Errors[0].Extensions["retryable"] != true || got.Data != nil {
			t.Errorf("as %s: %d %s", accept, got.status, got.body)
		}
	}
	if got := o.last(t); !slices.Equal(got.Codes, []string{"TIMEOUT"}) {
		t.Errorf("%+v", got)
	}
}

// bomb is a budget that panics: code of ours that fails outside of any field.
type bomb struct{ purse }

func (*bomb) Take(*http.Request, int) (taken, remaining int, wait time.Duration) {
	panic("secret cause")
}

func TestPanicsAreHidden(t *testing.T) {
	var o outcomes
	handler := newHandler(transport.Settings{Budget: &bomb{}, Observe: o.observe})
	got := post(t, handler, viewer)
	if got.status != 500 || got.code() != "INTERNAL" || got.Errors[0].Extensions["errorId"] == nil || got.Data != nil {
		t.Errorf("%d %s", got.status, got.body)
	}
	for _, secret := range []string{"secret", "goroutine", ".go:"} {
		if strings.Contains(got.body, secret) {
			t.Errorf("the answer tells %q: %s", secret, got.body)
		}
	}
	if got := o.last(t); !slices.Equal(got.Codes, []string{"INTERNAL"}) || got.Name != "Mine" {
		t.Errorf("%+v", got)
	}
}

// TestAnswersAreBounded: the data of an answer has as many bytes as the setting says, or is null as a whole.
func TestAnswersAreBounded(t *testing.T) {
	const data = `{"a":"Query","b":"Query"}`
	for _, most := range []int{len(data), len(data) - 1} {
		var seen outcomes
		handler := newHandler(transport.Settings{MaxAnswer: most, Observe: seen.observe})
		got := post(t, handler, `{"query":"{ a: __typename b: __typename }"}`)
		if most == len(data) {
			if string(got.Data) != data || got.code() != "" {
				t.Errorf("%d bytes: %s", most, got.body)
			}
			continue
		}
		if string(got.Data) != "null" || got.code() != "ANSWER_TOO_LARGE" || got.status != http.StatusOK || len(got.Errors) != 1 {
			t.Errorf("%d bytes: %d %s", most, got.status, got.body)
		}
		if o := seen.last(t); !o.Ran || !slices.Equal(o.Codes, []string{"ANSWER_TOO_LARGE"}) {
			t.Errorf("observed %+v", o)
		}
	}
}
