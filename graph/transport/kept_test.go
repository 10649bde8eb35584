package transport_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"atelier/auth"
	"atelier/cache/answers"
	"atelier/domain"
	"atelier/graph/transport"
)

// keeping is a handler that keeps answers, with what it observed. Whoever is named in X-Test-Viewer asks: a user, or an admin where the name
// begins with u1.
type keeping struct {
	http.Handler
	*answers.Cache
	outcomes
}

func newKeeping(t testing.TB, budget transport.Budget, with ...func(*transport.Settings)) *keeping {
	t.Helper()
	k := &keeping{Cache: answers.New(answers.Config{Bytes: 16 << 20})}
	settings := transport.Settings{Answers: k.Cache, Budget: budget, Observe: k.observe}
	for _, set := range with {
		set(&settings)
	}
	served := newServed(t, settings, io.Discard)
	k.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		viewer := auth.Viewer{ID: domain.UserID(r.Header.Get("X-Test-Viewer")), Role: domain.RoleUser}
		if strings.HasPrefix(string(viewer.ID), "u1") {
			viewer.Role = domain.RoleAdmin
		}
		k.Changed(domain.ChangeBatch{AsOf: time.Now()}) // The feed is heard.
		served.inner.ServeHTTP(w, r.WithContext(auth.WithViewer(r.Context(), viewer)))
	})
	return k
}

// ask sends a query as a user and says whether the answer was a kept one.
func (k *keeping) ask(t *testing.T, viewer, body string, headers ...string) (reply, bool) {
	t.Helper()
	got := post(t, k, body, append(headers, "X-Test-Viewer", viewer)...)
	return got, k.last(t).IsKept
}

func (k *keeping) change(c domain.Change) {
	k.Changed(domain.ChangeBatch{AsOf: time.Now(), Changes: []domain.Change{c}})
}

const (
	fifty  = `{"query":"query Fifty($n: Int!){users(first:$n){nodes{id name role}}}","variables":{"n":50,"unused":1}}`
	myself = `{"query":"{viewer{id name}}"}`
)

func TestAnswersAreKept(t *testing.T) {
	k := newKeeping(t, nil)
	first, isKept := k.ask(t, "u1", fifty)
	if isKept || k.last(t).Work.Statements != 1 || len(first.Errors) > 0 {
		t.Fatalf("the first: %v, %.300s", k.last(t), first.body)
	}
	again, isKept := k.ask(t, "u1", fifty)
	if o := k.last(t); !isKept || o.Work.Statements != 0 || o.Name != "Fifty" || o.Kind != "query" || !o.Ran || again.body != first.body {
		t.Errorf("again: %+v, %.300s", o, again.body)
	}
	otherwise := `{"variables": {"unused": 1, "n": 50}, "query": "query Fifty($n: Int!){users(first:$n){nodes{id name role}}}"}`
	if got, isKept := k.ask(t, "u1", otherwise); !isKept || got.body != first.body {
		t.Errorf("the same in another order is not found: %v", k.last(t))
	}
	if _, isKept := k.ask(t, "u1", strings.Replace(fifty, "50", "49", 1)); isKept {
		t.Error("other variables get the same answer")
	}
	k.change(domain.Change{Table: domain.TableUsers, IDs: []string{"u7"}, Owners: []string{"u7"}})
	if _, isKept := k.ask(t, "u1", fifty); isKept {
		t.Error("a changed user did not drop the list of users")
	}
}

func TestAnswersAreTheViewersOwn(t *testing.T) {
	k := newKeeping(t, nil)
	mine, _ := k.ask(t, "u2", myself)
	for viewer, want := range map[string]bool{"u3": false, "u10": false, "": false, "u2": true} {
		got, isKept := k.ask(t, viewer, myself)
		if isKept != want || (got.body == mine.body) != want {
			t.Errorf("%q gets %s, kept %t", viewer, got.body, isKept)
		}
	}
}

func TestWhoChangesSomethingSeesIt(t *testing.T) {
	k := newKeeping(t, nil)
	k.ask(t, "u2", myself)
	k.ask(t, "u3", myself)
	if got, _ := k.ask(t, "u2", `{"query":"mutation{updateProfile(input:{name:\"Changed\"}){user{name}}}"}`); len(got.Errors) > 0 || k.last(t).NotKept != answers.Mutation {
		t.Fatalf("%+v %s", k.last(t), got.body)
	}
	if got, isKept := k.ask(t, "u2", myself); isKept || !strings.Contains(got.body, "Changed") {
		t.Errorf("the viewer sees %s, kept %t", got.body, isKept)
	}
	if _, isKept := k.ask(t, "u3", myself); !isKept {
		t.Error("the answers of others went")
	}
}

func TestWhatIsNotKept(t *testing.T) {
	k := newKeeping(t, nil)
	for _, one := range []struct {
		name, viewer, body string
		headers            []string
		why                answers.Reason
	}{
		{"a balance", "u2", `{"query":"{viewer{credit}}"}`, nil, answers.Balance},
		{"a balance in a fragment", "u1", `{"query":"{users(first:2){edges{node{...f}}}} fragment f on User{name credit}"}`, nil, answers.Balance},
		{"a ledger", "u2", `{"query":"{viewer{creditLogs{nodes{id}}}}"}`, nil, answers.Balance},
		{"an error", "u2", `{"query":"{users{nodes{id}}}"}`, nil, answers.Failed},
		{"an error beside data", "u2", `{"query":"{viewer{name} users{nodes{id}}}"}`, nil, answers.Failed},
		{"what it cost", "u2", myself, []string{transport.HeaderCost, "1"}, answers.Told},
		{"a mutation", "u2", `{"query":"mutation{updateProfile(input:{name:\"N\"}){user{name}}}"}`, nil, answers.Mutation},
	} {
		for range 2 {
			got, isKept := k.ask(t, one.viewer, one.body, one.headers...)
			if isKept || k.last(t).NotKept != one.why {
				t.Errorf("%s: kept %t, %q, want %q: %.200s", one.name, isKept, k.last(t).NotKept, one.why, got.body)
			}
			if got.header.Get("Cache-Control") != "no-store" || got.header.Get("Etag") != "" {
				t.Errorf("%s: %v", one.name, got.header)
			}
		}
	}
	if _, isKept := k.ask(t, "u2", `{"query":"{viewer{name role}}"}`); isKept {
		t.Error("kept before it was asked")
	}
	k.Changed(domain.ChangeBatch{AsOf: time.Now(), IsGap: true})
	if _, isKept := k.ask(t, "u2", `{"query":"{viewer{name role}}"}`); isKept {
		t.Error("kept across a gap")
	}
}

func TestAskingAgainIsChargedAndCostsAPoint(t *testing.T) {
	p := &purse{points: 200}
	k := newKeeping(t, p)
	k.ask(t, "u1", fifty) // 51 points, all of them needed.
	for _, left := range []int{148, 147, 146} {
		if _, isKept := k.ask(t, "u1", fifty); !isKept || p.points != left {
			t.Errorf("kept %t, %d points left, want %d", isKept, p.points, left)
		}
	}
	p.points = 50
	if got, isKept := k.ask(t, "u1", fifty); isKept || got.code() != "RATE_LIMITED" || p.points != 50 {
		t.Errorf("what cannot be afforded is answered: %d points left, %.200s", p.points, got.body)
	}
}

func TestCacheIsToldToAdmins(t *testing.T) {
	k := newKeeping(t, nil)
	extension := func(viewer, body string) map[string]any {
		got, _ := k.ask(t, viewer, body, transport.HeaderCache, "1")
		if cache, ok := got.Extensions["cache"].(map[string]any); ok {
			if got.header.Get("Cache-Control") != "no-store" {
				t.Errorf("an answer that tells of the cache may be kept: %v", got.header)
			}
			return cache["answer"].(map[string]any)
		}
		return nil
	}
	if told := extension("u2", myself); told != nil {
		t.Errorf("a user is told %v", told)
	}
	told := extension("u1", fifty)
	if told["from"] != "database" || told["notKept"] != nil || told["maxAge"] != 60.0 || told["sources"] != 3.0 {
		t.Errorf("the first: %v", told)
	}
	if told := extension("u1", fifty); told["from"] != "memory" || told["ageMs"] == nil {
		t.Errorf("the second: %v", told)
	}
	if told := extension("u1", `{"query":"{viewer{credit}}"}`); told["notKept"] != string(answers.Balance) {
		t.Errorf("a balance: %v", told)
	}
	if got, isKept := k.ask(t, "u1", fifty); !isKept || got.Extensions != nil {
		t.Errorf("those who do not ask are told: %v", got.Extensions)
	}
}

// queryString is a body as a query string.
func queryString(t *testing.T, body string) string {
	t.Helper()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(body), &fields); err != nil {
		t.Fatal(err)
	}
	values := url.Values{}
	for name, raw := range fields {
		text := string(raw)
		_ = json.Unmarshal(raw, &text) // What is no string stays as it is.
		values.Set(name, text)
	}
	return values.Encode()
}
