package answers

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"atelier/domain"
)

// TestNeverOlderThanWhatWasTold runs answers, changes and what is told of them in any order against a model: rows with versions. An answer
// that is served holds the versions at least that the feed has told of.
func TestNeverOlderThanWhatWasTold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c, w := listening(20_000)
		m := model{t: t, c: c, w: w, making: map[int]*making{}, rows: map[string]int{}, told: map[string]int{}}
		t.Repeat(map[string]func(*rapid.T){
			"begin":  m.begin,
			"read":   m.read,
			"keep":   m.keep,
			"change": m.change,
			"tell":   m.tell,
			"get":    m.get,
		})
	})
}

// model is rows of one table, each owned by one of two users, and the answers that are being made of them.
type model struct {
	t      *rapid.T
	c      *Cache
	w      *watch
	rows   map[string]int // The version of each in the database.
	told   map[string]int // The version that the feed has told of.
	queue  []domain.Change
	making map[int]*making
	next   int
}

// making is an answer under way: its sources were noted, and read since.
type making struct {
	record *Record
	rows   []string
	seen   map[string]int
}

func rowName(t *rapid.T) string { return fmt.Sprint("r", rapid.IntRange(0, 4).Draw(t, "row")) }

func ownerOf(row string) domain.UserID {
	if row < "r2" {
		return "bob"
	}
	return "ada"
}

func (m *model) begin(*rapid.T) {
	m.making[m.next] = &making{record: m.c.Start(), seen: map[string]int{}}
	m.next++
}

func (m *model) pick(t *rapid.T) (int, *making) {
	if len(m.making) == 0 {
		t.Skip("nothing is being made")
	}
	var ids []int
	for id := range m.next {
		if m.making[id] != nil {
			ids = append(ids, id)
		}
	}
	id := rapid.SampledFrom(ids).Draw(t, "answer")
	return id, m.making[id]
}

// read reads a row, or all of an owner's.
func (m *model) read(t *rapid.T) {
	_, a := m.pick(t)
	row := rowName(t)
	a.rows = []string{row}
	if rapid.Bool().Draw(t, "all of the owner's") {
		a.record.Reads(OwnedBy(domain.TableChat, ownerOf(row)))
		a.rows = nil
		for i := range 5 {
			if other := fmt.Sprint("r", i); ownerOf(other) == ownerOf(row) {
				a.rows = append(a.rows, other)
			}
		}
	} else {
		a.record.Reads(Row(domain.TableChat, row))
	}
	for _, r := range a.rows {
		if _, again := a.seen[r]; !again {
			a.seen[r] = m.rows[r]
		}
	}
}

func (m *model) keep(t *rapid.T) {
	id, a := m.pick(t)
	delete(m.making, id)
	_, _ = m.c.Keep(keyOf(fmt.Sprint(id%3)), a.record, &Answer{Body: []byte(fmt.Sprint(a.seen))})
}

func (m *model) change(t *rapid.T) {
	row := rowName(t)
	m.rows[row]++
	m.queue = append(m.queue, domain.Change{Table: domain.TableChat, IDs: []string{row}, Owners: []string{string(ownerOf(row))}})
}

// tell tells some of what is waiting; now and then it loses that, and says that there is a gap.
func (m *model) tell(t *rapid.T) {
	n := rapid.IntRange(0, len(m.queue)).Draw(t, "changes")
	batch := domain.ChangeBatch{AsOf: m.w.at, Changes: m.queue[:n]}
	m.queue = m.queue[n:]
	for _, change := range batch.Changes {
		m.told[change.IDs[0]]++
	}
	if batch.IsGap = rapid.IntRange(0, 9).Draw(t, "gap") == 0; batch.IsGap {
		batch.Changes = nil
	}
	m.c.Changed(batch)
}

func (m *model) get(t *rapid.T) {
	a, why := m.c.Get(keyOf(fmt.Sprint(rapid.IntRange(0, 2).Draw(t, "key"))))
	if why != Kept {
		return
	}
	for row, version := range m.seenIn(t, a) {
		if version < m.told[row] {
			t.Fatalf("%s is served as version %d; %d has been told", row, version, m.told[row])
		}
	}
}

func (m *model) seenIn(t *rapid.T, a *Answer) map[string]int {
	seen := map[string]int{}
	text := string(a.Body[len("map[") : len(a.Body)-1])
	for text != "" {
		var row, rest string
		var version int
		if _, err := fmt.Sscanf(text, "%2s:%d", &row, &version); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		seen[row] = version
		for i := range text {
			if text[i] == ' ' {
				rest = text[i+1:]
				break
			}
		}
		text = rest
	}
	return seen
}
