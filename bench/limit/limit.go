// Package limit answers four operations of the API by hand: the statements that the server sends, the bytes that it
// answers with, the same question who asks, and no GraphQL. It is the bar that the server is measured against, so it is written
// as a careful engineer would write it for speed: prepared statements, rows read as records, JSON appended to
// a buffer that is used again.
//
// It is a fixture of the benchmark. It must not know the server's engine, resolvers or store: what they share is what this
// is to find out.
package limit

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"

	"github.com/VictoriaMetrics/metrics"

	"atelier/bench/connect"
)

// Options say where the data is and whose tokens hold.
type Options struct {
	Database string // A postgres:// URL.
	MaxConns int
	Secret   []byte // Of the tokens, HS256.
	// RemembersRoles says that the server under comparison does not read the caller's role for every request.
	RemembersRoles bool
	// JoinsCredit says that the server under comparison reads a user and the balance in one statement.
	JoinsCredit bool
}

// Limit is the handler. It must be closed.
type Limit struct {
	db          *sql.DB
	door        *door
	joinsCredit bool
	sent        atomic.Int64 // Statements.

	users, balances, usersByID, userWithBalance *sql.Stmt
	tasks, tasksAfter, chats, messages, role    *sql.Stmt
}

// New connects and prepares every statement.
func New(ctx context.Context, o Options) (*Limit, error) {
	db, err := connect.Open(o.Database, o.MaxConns)
	if err != nil {
		return nil, err
	}
	l := &Limit{db: db, joinsCredit: o.JoinsCredit}
	for _, s := range []struct {
		text string
		into **sql.Stmt
	}{
		{usersSQL, &l.users}, {balancesSQL, &l.balances}, {usersByIDSQL, &l.usersByID}, {userWithBalanceSQL, &l.userWithBalance},
		{tasksSQL, &l.tasks}, {tasksAfterSQL, &l.tasksAfter}, {chatsSQL, &l.chats}, {messagesSQL, &l.messages}, {roleSQL, &l.role},
	} {
		if *s.into, err = db.PrepareContext(ctx, s.text); err != nil {
			_ = db.Close()
			return nil, fmt.Errorf("prepare %.40q: %w", s.text, err)
		}
	}
	l.door, err = newDoor(ctx, o, l.readRole)
	return l, err
}

// Close ends all connections.
func (l *Limit) Close() error { return l.db.Close() }

// Handler answers GET /q1 to /q4, and /metrics.
func (l *Limit) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /q1", l.answer(l.usersWithCredit))
	mux.HandleFunc("GET /q2", l.answer(l.usersWithMuch))
	mux.HandleFunc("GET /q3", l.answer(l.pageOfTasks))
	mux.HandleFunc("GET /q4", l.answer(l.oneUser))
	mux.HandleFunc("GET /metrics", l.metrics)
	return mux
}

// answer wraps an operation in what every request passes: who asks, a buffer, and its bytes written at once.
func (l *Limit) answer(operation func(w *work, r *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if status := l.door.check(r); status != http.StatusOK {
			http.Error(w, http.StatusText(status), status)
			return
		}
		work := takeWork()
		defer work.giveBack()
		if err := operation(work, r); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		header := w.Header()
		header["Content-Type"] = contentType
		header["Content-Length"] = []string{strconv.Itoa(len(work.out))}
		_, _ = w.Write(work.out) // It fails when the client has left.
	}
}

var contentType = []string{"application/json; charset=utf-8"}

// metrics tells of the process and of the statements in the names that the server uses.
func (l *Limit) metrics(w http.ResponseWriter, _ *http.Request) {
	_, _ = fmt.Fprintf(w, "db_query_duration_seconds_count{table=\"all\"} %d\n", l.sent.Load())
	metrics.WriteProcessMetrics(w)
}

// read runs a statement and calls each for every row. The context is not the request's: watching it for its end costs a
// goroutine for every statement, and statement_timeout bounds them.
func (l *Limit) read(stmt *sql.Stmt, into []column, each func(), args ...any) error {
	l.sent.Add(1)
	rows, err := stmt.QueryContext(context.Background(), args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var record sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&record); err != nil {
			return err
		}
		if err := readRecord(record, into); err != nil {
			return err
		}
		each()
	}
	return rows.Err()
}
