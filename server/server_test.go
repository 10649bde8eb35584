package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"atelier/config"
	"atelier/demo"
	"atelier/domain"
	"atelier/embedded"
	"atelier/migrations"
	"atelier/store"
	"atelier/store/storetest"
)

// patience is how long a test waits for what must happen. It is generous: a loaded machine is no failure.
const patience = time.Minute

const secret = "a secret of the tests, long enough for HS256"

// settings are those of a production server on a database.
func settings(url string) config.Config {
	c := config.Default()
	c.Addr, c.DatabaseURL, c.JWTSecret, c.MaxConns = "127.0.0.1:0", config.Address(url), secret, 4
	return c
}

// start starts a server that is closed after the test.
func start(t *testing.T, c config.Config) *Server {
	t.Helper()
	return startLogging(t, c, t.Output())
}

func startLogging(t *testing.T, c config.Config, w io.Writer) *Server {
	t.Helper()
	s, err := New(t.Context(), c, slog.New(slog.NewTextHandler(w, nil)))
	must(t, err)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// run lets the server run. stop tells it to stop; its error follows on the channel.
func run(t *testing.T, s *Server) (stop func(), ended <-chan error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() { result <- s.Run(ctx) }()
	return cancel, result
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// eventually polls until something holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for deadline := time.Now().Add(patience); !holds(); <-poll.C {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// get asks over a connection of its own.
func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}
	response, err := client.Get(url)
	if err != nil {
		return 0, err.Error()
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	must(t, err)
	return response.StatusCode, string(text)
}

// query sends a GraphQL query.
func query(t *testing.T, s *Server, token, text string) (status int, body string) {
	t.Helper()
	document, err := json.Marshal(map[string]string{"query": text})
	must(t, err)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/graphql", bytes.NewReader(document))
	must(t, err)
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	must(t, err)
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	must(t, err)
	return response.StatusCode, string(answer)
}

// seeded returns a database with a little demo data.
func seeded(t *testing.T) string {
	t.Helper()
	return storetest.Template(t, "server", func(url string) error {
		_, err := demo.Seed(context.Background(), url, demo.Options{
			Size: demo.Size{Users: 3, Tasks: 10, Chats: 2, Messages: 4}, RandomSeed: 1, Now: time.Now().Add(-time.Hour),
		})
		return err
	})
}

func tokenOf(t *testing.T, c config.Config, user string) string {
	t.Helper()
	signer, err := Signer(c)
	must(t, err)
	token, err := signer.Sign(domain.UserID(user), time.Minute, time.Now())
	must(t, err)
	return token
}

func TestPaths(t *testing.T) {
	t.Parallel()
	s := start(t, settings(storetest.New(t)))
	for path, want := range map[string]struct {
		status int
		body   string
	}{
		"/":                           {200, "<html"},
		"/healthz":                    {200, "ok"},
		"/readyz":                     {200, `{"ready":true,"cache":"`},
		"/metrics":                    {200, "go_goroutines "},
		"/graphql?query={viewer{id}}": {200, `{"data":{"viewer":null}}`},
		"/nothing":                    {404, ""},
		"/healthz/below":              {404, ""},
		// They are the demo's.
		"/pictures/flux/0000000000000000-1x1.svg": {404, ""},
	} {
		status, body := get(t, s.URL()+path)
		if status != want.status || !strings.Contains(body, want.body) {
			t.Errorf("%s: got %d %.200s, want %d %s", path, status, body, want.status, want.body)
		}
	}
	eventually(t, "the requests are counted by route", func() bool {
		_, text := get(t, s.URL()+"/metrics")
		return strings.Contains(text, `http_requests_total{method="GET",endpoint="other",status="404"} 3`) &&
			strings.Contains(text, `http_requests_total{method="GET",endpoint="/healthz",status="200"} 1`) &&
			strings.Contains(text, `http_requests_total{method="GET",endpoint="/",status="200"} 1`)
	})
}

func TestPicturesOfDemoData(t *testing.T) {
	t.Parallel()
	c, yes := settings(seeded(t)), true
	c.Demo = &yes
	s := start(t, c)
	_, body := query(t, s, tokenOf(t, c, "demo-admin"), `{ users(first: 3) { nodes { profileImageUrl } } }`)
	_, rest, found := strings.Cut(body, `"/pictures/`)
	path, _, _ := strings.Cut(rest, `"`)
	if status, picture := get(t, s.URL()+"/pictures/"+path); !found || status != 200 || !strings.Contains(picture, "<svg") {
		t.Errorf("%s: %d %.100s", body, status, picture)
	}
}

func TestWhoAsksDecides(t *testing.T) {
	t.Parallel()
	c := settings(seeded(t))
	s := start(t, c)
	for _, test := range []struct {
		token, text string
		status      int
		body        string
	}{
		{tokenOf(t, c, "demo-admin"), `{ users(first: 1) { totalCount } }`, 200, `"totalCount":3`},
		{tokenOf(t, c, "demo-user"), `{ users(first: 1) { totalCount } }`, 200, "FORBIDDEN"},
		{"", `{ users(first: 1) { totalCount } }`, 200, "UNAUTHENTICATED"},
		{tokenOf(t, c, "nobody"), `{ viewer { id } }`, 401, "INVALID_TOKEN"},
		{"rubbish", `{ viewer { id } }`, 401, "INVALID_TOKEN"},
	} {
		if status, body := query(t, s, test.token, test.text); status != test.status || !strings.Contains(body, test.body) {
			t.Errorf("%s: got %d %s, want %d %s", test.text, status, body, test.status, test.body)
		}
	}
}

func TestActivityIsWrittenBeforeTheServerEnds(t *testing.T) {
	t.Parallel()
	c, before := settings(seeded(t)), time.Now()
	s := start(t, c)
	query(t, s, tokenOf(t, c, "demo-user"), `{ viewer { id } }`)
	must(t, s.Close())
	db, err := store.Open(t.Context(), store.Config{URL: string(c.DatabaseURL)})
	must(t, err)
	defer func() { _ = db.Close() }()
	users, err := db.UsersByID(t.Context(), []domain.UserID{"demo-user"})
	must(t, err)
	if at := users[0].LastActiveAt; at == nil || at.Before(before.Truncate(time.Microsecond)) {
		t.Errorf("active at %v, asked after %v", at, before)
	}
}

func TestPendingMigrations(t *testing.T) {
	t.Parallel()
	url := storetest.Empty(t)
	s := start(t, settings(url))
	if status, body := get(t, s.URL()+"/readyz"); status != 503 || !strings.Contains(body, "atelier migrate up") {
		t.Errorf("got %d %s", status, body)
	}
	must(t, migrations.Up(t.Context(), url))
	eventually(t, "it is ready once migrated", func() bool { status, _ := get(t, s.URL()+"/readyz"); return status == 200 })
}

func TestServeMigratesIfAsked(t *testing.T) {
	t.Parallel()
	c, yes := settings(storetest.Empty(t)), true
	c.Migrate = &yes
	if status, body := get(t, start(t, c).URL()+"/readyz"); status != 200 {
		t.Errorf("got %d %s", status, body)
	}
}

func TestItAnswersWhileItStarts(t *testing.T) {
	t.Parallel()
	listener, err := listen(t.Context(), "ADDR", "127.0.0.1:0")
	must(t, err)
	s := serveOn(listener, config.Default(), slog.New(slog.DiscardHandler))
	defer func() { must(t, s.Close()) }()
	s.readiness.refuse("the database is being migrated")
	for path, want := range map[string]struct {
		status int
		body   string
	}{
		"/healthz": {200, "ok"},
		"/readyz":  {503, `{"ready":false,"reason":"the database is being migrated"}`},
		"/metrics": {200, "go_goroutines "},
		"/graphql": {503, "UNAVAILABLE"},
		"/":        {503, "UNAVAILABLE"},
	} {
		if status, body := get(t, s.URL()+path); status != want.status || !strings.Contains(body, want.body) {
			t.Errorf("%s: got %d %.200s, want %d %s", path, status, body, want.status, want.body)
		}
	}
}

func TestReadinessWhileDraining(t *testing.T) {
	t.Parallel()
	c := settings(storetest.New(t))
	c.ShutdownDelay = 10 * time.Minute
	s := start(t, c)
	stop, ended := run(t, s)
	if status, body := get(t, s.URL()+"/readyz"); status != 200 {
		t.Errorf("before: %d %s", status, body)
	}
	stop()
	eventually(t, "/readyz says no", func() bool {
		status, body := get(t, s.URL()+"/readyz")
		return status == 503 && strings.Contains(body, "stopping")
	})
	if status, body := get(t, s.URL()+"/graphql?query={viewer{id}}"); status != 200 {
		t.Errorf("a request within the delay: %d %s", status, body)
	}
	must(t, s.Close())
	must(t, <-ended)
}

// holding mounts a route whose answer waits for release. entered hears of each request to it.
func holding(s *Server) (release func(), entered <-chan struct{}) {
	in, out := make(chan struct{}, 10), make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /held", func(w http.ResponseWriter, r *http.Request) {
		in <- struct{}{}
		select {
		case <-out:
			_, _ = io.WriteString(w, "done")
		case <-r.Context().Done():
		}
	})
	s.handler.Store(mux)
	return func() { close(out) }, in
}

func TestRequestsUnderWayFinish(t *testing.T) {
	t.Parallel()
	s := start(t, settings(storetest.New(t)))
	release, entered := holding(s)
	stop, ended := run(t, s)
	type reply struct {
		status int
		body   string
	}
	replies := make(chan reply, 1)
	go func() { status, body := get(t, s.URL()+"/held"); replies <- reply{status, body} }()
	<-entered
	stop()
	eventually(t, "no new connection is taken", func() bool {
		conn, err := net.Dial("tcp", s.listener.Addr().String())
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	})
	select {
	case err := <-ended:
		t.Errorf("it did not wait for the request: %v", err)
	default:
	}
	release()
	if r := <-replies; r.status != 200 || r.body != "done" {
		t.Errorf("the request under way got %d %s", r.status, r.body)
	}
	must(t, <-ended)
}

func TestRequestsThatTakeTooLongAreCutOff(t *testing.T) {
	t.Parallel()
	c := settings(storetest.New(t))
	c.ShutdownGrace = time.Millisecond
	s := start(t, c)
	_, entered := holding(s)
	stop, ended := run(t, s)
	statuses := make(chan int, 1)
	go func() { status, _ := get(t, s.URL()+"/held"); statuses <- status }()
	<-entered
	stop()
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "SHUTDOWN_GRACE") {
		t.Errorf("got %v", err)
	}
	if status := <-statuses; status != 0 {
		t.Errorf("the request got %d", status)
	}
}

func TestInvalidSettings(t *testing.T) {
	t.Parallel()
	c := settings("postgres://127.0.0.1:1/none")
	c.JWTSecret = ""
	_, err := New(t.Context(), c, slog.New(slog.DiscardHandler))
	if err == nil || !strings.HasPrefix(err.Error(), "JWT_SECRET: ") {
		t.Errorf("got %v", err)
	}
}

func TestUnreachableDatabase(t *testing.T) {
	t.Parallel()
	_, err := New(t.Context(), settings("postgres://u:hunter2@127.0.0.1:1/none?sslmode=disable"), slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "DATABASE_URL") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
}

func TestTakenPortIsToldBeforeADatabaseIsStarted(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer func() { _ = taken.Close() }()
	c := config.Default()
	c.Addr, c.Data = taken.Addr().String(), filepath.Join(t.TempDir(), "data")
	_, err = New(t.Context(), c, slog.New(slog.DiscardHandler))
	if err == nil || !strings.HasPrefix(err.Error(), "ADDR: ") || !strings.Contains(err.Error(), c.Addr) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(c.Data); err == nil {
		t.Error("the data folder was made")
	}
}

func TestStartThatIsGivenUp(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := New(ctx, settings(storetest.New(t)), slog.New(slog.DiscardHandler))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestURL(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ addr, public, want string }{
		{"127.0.0.1:0", "", "http://127.0.0.1:PORT"},
		{":0", "", "http://localhost:PORT"},
		{"0.0.0.0:0", "", "http://localhost:PORT"},
		{":0", "https://atelier.example.org/", "https://atelier.example.org"},
	} {
		listener, err := listen(t.Context(), "ADDR", test.addr)
		must(t, err)
		_, port, err := net.SplitHostPort(listener.Addr().String())
		must(t, err)
		s := &Server{listener: listener, config: config.Config{PublicURL: test.public}}
		if want := strings.ReplaceAll(test.want, "PORT", port); s.URL() != want {
			t.Errorf("%s %s: got %s, want %s", test.addr, test.public, s.URL(), want)
		}
		must(t, listener.Close())
	}
}

// ownFolder is a data folder that every user can reach: t.TempDir's is closed to others.
func ownFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "atelier-")
	must(t, err)
	must(t, os.Chmod(dir, 0o755))
	data := filepath.Join(dir, "data")
	t.Cleanup(func() {
		if err := errors.Join(embedded.Destroy(context.Background(), embedded.Options{Dir: data}), os.RemoveAll(dir)); err != nil {
			t.Error(err)
		}
	})
	return data
}

func TestOwnDatabaseWithDemoData(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.Addr, c.Data = "127.0.0.1:0", ownFolder(t)
	s := start(t, c)
	_, ended := run(t, s)
	tokens, err := s.DemoTokens(t.Context())
	must(t, err)
	if len(tokens) != 2 {
		t.Fatalf("%d tokens", len(tokens))
	}
	for _, token := range tokens {
		want := `"email":"demo-` + string(token.Role) + `@atelier.example","role":"` + strings.ToUpper(string(token.Role)) + `"`
		if status, body := query(t, s, token.Token, `{ viewer { email role } }`); status != 200 || !strings.Contains(body, want) {
			t.Errorf("got %d %s, want %s", status, body, want)
		}
	}
	if _, body := query(t, s, tokens[0].Token, `{ users(first: 1) { totalCount } }`); !strings.Contains(body, `"totalCount":200`) {
		t.Errorf("got %s", body)
	}
	_, err = New(t.Context(), c, slog.New(slog.DiscardHandler))
	if !errors.Is(err, embedded.ErrInUse) {
		t.Errorf("a second server on the folder: %v", err)
	}
	must(t, s.Close())
	must(t, <-ended)
}

// buffer is a log that may be read while it is written.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
