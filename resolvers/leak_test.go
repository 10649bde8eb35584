package resolvers_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"atelier/auth"
	"atelier/cache"
	"atelier/cache/answers"
	"atelier/domain"
	"atelier/graph"
	"atelier/graph/transport"
	"atelier/resolvers"
)

// keeper is an API that keeps answers and what they are made of, beside one over the same database that keeps nothing.
type keeper struct {
	*api
	kept    *answers.Cache
	values  *cache.Cache
	keeping http.Handler
	hits    atomic.Int64
	// measure is what counts work for the handler that keeps; it is asked between the making of an answer and its keeping.
	measure transport.Measure
}

func newKeeper(t testing.TB, url string) *keeper {
	t.Helper()
	values, err := cache.New(cache.Options{Feed: &cache.Feed{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(values.Close)
	k := &keeper{api: newAPI(t, url), kept: answers.New(answers.Config{Bytes: 64 << 20}), values: values}
	k.measure = k.root.Measure
	root := resolvers.New(k.store).Through(values)
	root.SetClock(func() time.Time { return clock })
	settings := transport.Settings{
		Limits: wide(), Answers: k.kept, Measure: func(ctx context.Context) (context.Context, func() transport.Work) { return k.measure(ctx) },
		Observe: func(_ context.Context, o transport.Outcome) {
			if o.IsKept {
				k.hits.Add(1)
			}
		},
	}
	k.keeping = graph.NewHandler(graph.Options{Resolvers: root, Prepare: root.Prepare, Log: k.log.logger(), Transport: settings})
	return k
}

// way is how a question is sent.
type way func(t *testing.T, q question) *http.Request

var ways = []way{
	func(t *testing.T, q question) *http.Request {
		return jsonRequest(encoded(t, map[string]any{"query": q.text, "variables": q.variables}))
	},
	func(t *testing.T, q question) *http.Request {
		return jsonRequest(encoded(t, map[string]any{"query": q.text, "variables": q.variables, "extensions": hashed(q)}))
	},
	func(t *testing.T, q question) *http.Request {
		return queryRequest(url.Values{"query": {q.text}, "variables": {string(encoded(t, q.variables))}})
	},
	func(t *testing.T, q question) *http.Request {
		return queryRequest(url.Values{"extensions": {string(encoded(t, hashed(q)))}, "variables": {string(encoded(t, q.variables))}})
	},
}

func encoded(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func hashed(q question) map[string]any {
	sum := sha256.Sum256([]byte(q.text))
	return map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": hex.EncodeToString(sum[:])}}
}

func jsonRequest(body []byte) *http.Request {
	request := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	return request
}

func queryRequest(values url.Values) *http.Request {
	return httptest.NewRequest(http.MethodGet, "/graphql?"+values.Encode(), nil)
}

// told tells of changes: those that keep values first, as the server does.
func (k *keeper) told(batch domain.ChangeBatch) {
	k.values.Changed(batch)
	k.kept.Changed(batch)
}

// hear tells that the feed of changes is there.
func (k *keeper) hear() { k.told(domain.ChangeBatch{AsOf: time.Now()}) }

// get sends a request as the viewer to a handler.
func get(handler http.Handler, viewer auth.Viewer, request *http.Request) []byte {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request.WithContext(auth.WithViewer(request.Context(), viewer)))
	return recorder.Body.Bytes()
}

// TestNoAnswerLeaks asks everything as two users, an admin and nobody, in shuffled order, each question in every way and again, with
// answers kept all the while. What each gets is what the API gives that keeps nothing, and nothing of it is anybody else's.
func TestNoAnswerLeaks(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, database(t, "world.sql"))
	type asking struct {
		question
		viewer auth.Viewer
		way    way
	}
	all := everyNth(corpus(), 4, int(time.Now().Unix()))
	for _, text := range crowded {
		all = append(all, question{text: text})
	}
	var asked []asking
	truth := map[string][]byte{}
	for _, q := range all {
		for _, viewer := range []auth.Viewer{bob, cleo, ada, nobody} {
			truth[nameOf(viewer)+q.key(t)] = inOrder(t, get(k.handler, viewer, ways[0](t, q)))
			for _, w := range ways {
				asked = append(asked, asking{q, viewer, w})
			}
		}
	}
	rand.Shuffle(len(asked), func(i, j int) { asked[i], asked[j] = asked[j], asked[i] })
	for _, one := range asked {
		k.hear()
		body := get(k.keeping, one.viewer, one.way(t, one.question))
		if strings.Contains(string(body), string(domain.PersistedQueryNotFound)) {
			continue // Its text has not come before.
		}
		requireNoMarks(t, one.viewer, body)
		if want := truth[nameOf(one.viewer)+one.key(t)]; !bytes.Equal(inOrder(t, body), want) {
			t.Errorf("%s gets %.300s\nwant %.300s\nfor %s %v", nameOf(one.viewer), body, want, one.text, one.variables)
		}
	}
	if hits := int(k.hits.Load()); hits < len(asked)/4 {
		t.Errorf("of %d answers %d were kept ones: the test says little", len(asked), hits)
	}
	t.Logf("of %d answers %d were kept ones", len(asked), k.hits.Load())
}

// key tells questions apart.
func (q question) key(t *testing.T) string { return q.text + string(encoded(t, q.variables)) }
