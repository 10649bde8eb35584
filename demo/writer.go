package demo

import (
	"fmt"

	"atelier/store"
)

// writer writes the rows of one table.
type writer struct {
	*world
	rows *store.CopyRows
	id   []byte // Scratch for an id,
	text []byte // and for a longer text; both are good until their next use.
}

// table is one of those that a demo fills.
type table struct {
	name    string
	columns []string
	// write gives all rows that a user has in the table.
	write func(*writer, *person) error
	// weigh tells how much work that is, next to the other tables and users.
	weigh func(*person) int
}

// tables in an order in which every reference points to a row that is there already.
var tables = []table{
	{"users", userColumns, (*writer).userRow, oneEach},
	{"credit", creditColumns, (*writer).creditRow, oneEach},
	{"credit_log", ledgerColumns, (*writer).ledgerRows, func(p *person) int { return 2 * p.tasks }},
	{"mj_tasks", midjourneyColumns, (*writer).midjourneyRows, func(p *person) int { return p.tasks }},
	{"flux_tasks", fluxColumns, (*writer).fluxRows, func(p *person) int { return p.tasks / 2 }},
	{"dreamwork_tasks", dreamworkColumns, (*writer).dreamworkRows, func(p *person) int { return p.tasks / 4 }},
	{"chat", chatColumns, (*writer).chatRows, func(p *person) int { return p.chats }},
	{"message", messageColumns, (*writer).messageRows, func(p *person) int { return 2 * p.messages }},
	{"file", fileColumns, (*writer).fileRows, oneEach},
	{"generated_files", generatedFileColumns, (*writer).generatedFileRows, func(p *person) int { return p.tasks }},
	{"models", modelColumns, (*writer).modelRows, oneEach},
}

func oneEach(*person) int { return 1 }

func tableNames() []string {
	names := make([]string, len(tables))
	for i, t := range tables {
		names[i] = t.name
	}
	return names
}

// fill writes a table's rows, user by user.
func (w *world) fill(t table, rows *store.CopyRows, progress func(work int)) error {
	to := &writer{world: w, rows: rows}
	for i := range w.people {
		p := &w.people[i]
		if err := t.write(to, p); err != nil {
			return err
		}
		progress(t.weigh(p))
	}
	return nil
}

// work is all that fill will report, over all tables.
func (w *world) work() (total int) {
	for _, t := range tables {
		for i := range w.people {
			total += t.weigh(&w.people[i])
		}
	}
	return total
}

func (w *writer) idText(u uuid) []byte {
	w.id = u.appendTo(w.id[:0])
	return w.id
}

// pictureURL is an address that Pictures answers.
func (w *world) pictureURL(kind string, seed uint64, s *shape) string {
	return fmt.Sprintf("%s%s/%016x-%s.svg", w.imageBase, kind, seed, s.name)
}
