// Package before is the platform's old backend, as far as the benchmark needs it: REST over the same tables, with the habits
// that requirements name. Lists fetch the balance of each user by itself; pages are counted and reached by OFFSET;
// whole rows are read and sent; nothing is cached; whoever waits for a task asks again and again. On a database that has the
// indexes of its primary keys and no others (bench/ground makes one) that is what was measured before.
//
// It is a fixture of the benchmark, and no worse than it must be: it is compiled, pools connections and prepares
// statements, so that what is compared is how the data is asked for.
package before

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"atelier/auth"
	"atelier/bench/connect"
	"atelier/metrics"
)

// Options say where the data is and whose tokens hold.
type Options struct {
	Database string // A postgres:// URL.
	MaxConns int
	Secret   []byte // Of the tokens, HS256.
}

// Backend is the handler. It must be closed.
type Backend struct {
	db       *sql.DB
	verifier *auth.Verifier
	metrics  *metrics.Metrics
	prepared sync.Map // SQL text → *sql.Stmt
}

// New connects to the database when it is first asked.
func New(ctx context.Context, o Options) (*Backend, error) {
	verifier, err := auth.NewVerifier(ctx, auth.VerifierConfig{Secret: o.Secret})
	if err != nil {
		return nil, err
	}
	db, err := connect.Open(o.Database, o.MaxConns)
	if err != nil {
		return nil, err
	}
	return &Backend{db: db, verifier: verifier, metrics: metrics.New()}, nil
}

// Close ends all connections.
func (b *Backend) Close() error { return b.db.Close() }

// Handler answers the old paths, and /metrics.
func (b *Backend) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /users", b.answer(b.users))
	mux.Handle("GET /users/{id}", b.answer(b.user))
	mux.Handle("GET /chats", b.answer(b.chats))
	mux.Handle("GET /chats/{id}/messages", b.answer(b.messages))
	for _, service := range []struct{ path, table, time string }{
		{"mj", "mj_tasks", "submit_time"}, {"flux", "flux_tasks", "created_at"}, {"dreamwork", "dreamwork_tasks", "submit_time"},
	} {
		mux.Handle("GET /"+service.path+"/tasks", b.answer(b.tasks(service.table, service.time)))
		mux.Handle("GET /"+service.path+"/tasks/{id}", b.answer(b.task(service.table)))
	}
	mux.Handle("GET /metrics", b.metrics)
	return mux
}

// request is a request of somebody who is known.
type request struct {
	*http.Request
	viewer row
}

func (r request) isAdmin() bool { return r.viewer["role"] == "admin" }

// maySee reports whether the viewer may see what belongs to a user; "" is everyone's.
func (r request) maySee(owner any) bool { return r.isAdmin() || owner != "" && r.viewer["id"] == owner }

// errors of requests, by what they are answered with.
var (
	errUnknown   = errors.New("who are you")
	errForbidden = errors.New("this is not yours")
	errNotFound  = errors.New("there is no such thing")
)

func (b *Backend) answer(path func(request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		viewer, err := b.viewer(r)
		var body any
		if err == nil {
			body, err = path(request{r, viewer})
		}
		if err != nil {
			http.Error(w, err.Error(), statusOf(err))
			return
		}
		text, err := json.Marshal(body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		_, _ = w.Write(text) // It fails when the client has left.
	})
}

func statusOf(err error) int {
	switch {
	case errors.Is(err, errUnknown):
		return http.StatusUnauthorized
	case errors.Is(err, errForbidden):
		return http.StatusForbidden
	case errors.Is(err, errNotFound):
		return http.StatusNotFound
	}
	return http.StatusInternalServerError
}

// viewer loads whoever asks, for every request.
func (b *Backend) viewer(r *http.Request) (row, error) {
	token, isBearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !isBearer {
		return nil, errUnknown
	}
	id, err := b.verifier.Verify(r.Context(), token)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUnknown, err)
	}
	return b.one("users", userSQL, string(id))
}

// row is a row of any table, by column.
type row map[string]any

// all runs a statement about a table and returns its rows whole.
func (b *Backend) all(table, text string, args ...any) ([]row, error) {
	defer func(start time.Time) { b.metrics.TimeQuery(table, time.Since(start)) }(time.Now())
	stmt, err := b.statement(text)
	if err != nil {
		return nil, err
	}
	rows, err := stmt.QueryContext(context.Background(), args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	found := []row{}
	for rows.Next() {
		values, places := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			return nil, err
		}
		found = append(found, newRow(columns, values))
	}
	return found, rows.Err()
}

func newRow(columns []*sql.ColumnType, values []any) row {
	r := make(row, len(columns))
	for i, c := range columns {
		switch v := values[i].(type) {
		case []byte:
			if c.DatabaseTypeName() == "JSONB" {
				r[c.Name()] = json.RawMessage(v)
			} else {
				r[c.Name()] = string(v)
			}
		default:
			r[c.Name()] = v
		}
	}
	return r
}

func (b *Backend) statement(text string) (*sql.Stmt, error) {
	if stmt, ok := b.prepared.Load(text); ok {
		return stmt.(*sql.Stmt), nil
	}
	stmt, err := b.db.PrepareContext(context.Background(), text)
	if err != nil {
		return nil, err
	}
	if first, loaded := b.prepared.LoadOrStore(text, stmt); loaded {
		_ = stmt.Close()
		return first.(*sql.Stmt), nil
	}
	return stmt, nil
}

// one is all for a single row; none is errNotFound.
func (b *Backend) one(table, text string, args ...any) (row, error) {
	found, err := b.all(table, text, args...)
	if err == nil && len(found) == 0 {
		err = errNotFound
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// page is a page of a list, by its number.
type page struct {
	Items    []row `json:"items"`
	Total    any   `json:"total"`
	Page     int   `json:"page"`
	PageSize int   `json:"page_size"`
}

const (
	usualSize = 20
	mostSize  = 100
)

// paged counts a list and reads the page of it that a request asks for: all rows before it are read and thrown away.
func (b *Backend) paged(r request, table, countSQL, pageSQL string, args ...any) (page, error) {
	p := page{Page: 1, PageSize: usualSize}
	if n, err := strconv.Atoi(r.FormValue("page")); err == nil && n > 0 {
		p.Page = n
	}
	if n, err := strconv.Atoi(r.FormValue("page_size")); err == nil && n > 0 {
		p.PageSize = min(n, mostSize)
	}
	count, err := b.one(table, countSQL, args...)
	if err != nil {
		return p, err
	}
	p.Total = count["count"]
	p.Items, err = b.all(table, pageSQL, append(args, p.PageSize, (p.Page-1)*p.PageSize)...)
	return p, err
}
