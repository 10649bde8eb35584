package store_test

import (
	"fmt"
	"strings"
	"testing"

	"atelier/domain"
	"atelier/store"
)

// benchmarkParents is how many parents' pages are read at once.
var benchmarkParents = []int{1, 20, 100, 500}

// newest is what a page of users asks of each of them.
var newest = domain.Page{Limit: 5}

func (l *large) manyUsers(t testing.TB, n int) []domain.UserID {
	t.Helper()
	return keys[domain.UserID](l.column(t, `SELECT id FROM users ORDER BY md5(id) LIMIT $1`, n))
}

func BenchmarkPages(b *testing.B) {
	l := newLarge(b)
	users := l.manyUsers(b, 500)
	chats := keys[domain.ChatID](l.column(b, `SELECT id FROM chat ORDER BY md5(id) LIMIT 500`))
	for name, read := range map[string]func(n int) error{
		"UserTasks": func(n int) error {
			return second(l.UserTasks(b.Context(), users[:n], domain.TaskFilter{}, domain.TaskOrder{Direction: domain.Descending}, newest, false))
		},
		"Chats":    func(n int) error { return second(l.Chats(b.Context(), users[:n], domain.ChatFilter{}, newest)) },
		"Messages": func(n int) error { return second(l.Messages(b.Context(), chats[:n], newest, true)) },
		"Balances": func(n int) error { return second(l.Balances(b.Context(), users[:n])) },
	} {
		for _, n := range benchmarkParents {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				for b.Loop() {
					if err := read(n); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkOuterOrder measures what it costs to ask for the order that LATERAL gives anyway, but does not promise.
func BenchmarkOuterOrder(b *testing.B) {
	l := newLarge(b)
	users := l.manyUsers(b, 500)
	for _, n := range benchmarkParents {
		for list, s := range map[string]store.Statement{
			"tasks": store.UserTasksStatement(users[:n], domain.TaskFilter{}, domain.TaskOrder{Direction: domain.Descending}, store.Read{Page: newest}),
			"chats": store.ChatsStatement(users[:n], domain.ChatFilter{}, store.Read{Page: newest}),
		} {
			unordered := s.Text[:strings.LastIndex(s.Text, " ORDER BY p.ord")]
			for name, text := range map[string]string{"ordered": s.Text, "as it comes": unordered} {
				b.Run(fmt.Sprintf("%s/%d/%s", list, n, name), func(b *testing.B) { l.benchmark(b, text, s.Args) })
			}
		}
	}
}

func (l *large) benchmark(b *testing.B, text string, args []any) {
	stmt, err := l.DB().PrepareContext(b.Context(), text)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = stmt.Close() }()
	for b.Loop() {
		rows, err := stmt.QueryContext(b.Context(), args...)
		if err != nil {
			b.Fatal(err)
		}
		for rows.Next() {
			continue
		}
		if err := rows.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
