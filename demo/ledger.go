package demo

import (
	"cmp"
	"fmt"
	"slices"

	"atelier/domain"
)

var ledgerColumns = []string{
	"id", "user_id", "kind", "delta", "balance_after", "detail", "task_id", "task_service", "idempotency_key",
	"created_at", "updated_at",
}

// entry is a row of a ledger. Amounts are in ten-thousandths of a credit.
type entry struct {
	kind    domain.CreditLogKind
	at      micros
	delta   int64
	balance int64 // Right after; never negative.
	task    *task // Nil where no task is concerned.
}

// ledgerOf draws a user's ledger in its order. Every task has its HOLD; one that succeeded its SETTLE as well, one that
// failed or was cancelled its RELEASE. A purchase comes before the balance would go below zero.
func (w *world) ledgerOf(p *person) []entry {
	d := w.dice(forLedger, p)
	tasks := w.tasksOf(p)
	book := &book{dice: d, pack: packFor(len(tasks)), entries: make([]entry, 0, 2*len(tasks)+8)}
	book.add(entry{kind: domain.CreditGrant, at: p.joined, delta: signupBonus})
	for _, e := range taskEntries(tasks) {
		book.refund(e.at)
		book.afford(e)
		book.add(e)
		book.intervene(e.at)
	}
	return book.entries
}

// signupBonus is what everyone starts with.
const signupBonus = 50_0000

// packFor is what a user buys at a time: those who do more buy more.
func packFor(tasks int) int64 {
	switch {
	case tasks < 50:
		return 100_0000
	case tasks < 500:
		return 500_0000
	case tasks < 5000:
		return 2000_0000
	}
	return 10_000_0000
}

// taskEntries are the holds of a user's tasks and what became of them, in the order of their times.
func taskEntries(tasks []task) []entry {
	entries := make([]entry, 0, 2*len(tasks))
	for i := range tasks {
		t := &tasks[i]
		entries = append(entries, entry{kind: domain.CreditHold, at: t.submit, delta: -t.cost(), task: t})
		switch t.status {
		case domain.TaskSucceeded:
			entries = append(entries, entry{kind: domain.CreditSettle, at: t.finish, delta: t.saving(), task: t})
		case domain.TaskFailed, domain.TaskCancelled:
			entries = append(entries, entry{kind: domain.CreditRelease, at: t.finish, delta: t.cost(), task: t})
		}
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return cmp.Compare(a.at, b.at) })
	return entries
}

// book keeps the balance while entries are added.
type book struct {
	dice     *dice
	pack     int64
	balance  int64
	refundAt micros // Zero: no refund is due.
	entries  []entry
}

func (b *book) add(e entry) {
	b.balance += e.delta
	e.balance = b.balance
	b.entries = append(b.entries, e)
}

// afford buys credits shortly before an entry that the balance does not cover.
func (b *book) afford(e entry) {
	for b.balance+e.delta < 0 {
		last := b.entries[len(b.entries)-1].at
		b.add(entry{kind: domain.CreditPurchase, at: max(last, e.at-b.dice.span(20*second, 10*minute)), delta: b.pack})
	}
}

// intervene adds what happens seldom: a correction by an admin, a purchase made twice, of which one will be given back.
func (b *book) intervene(at micros) {
	switch chance := b.dice.below(2500); {
	case chance < 2:
		b.add(entry{kind: domain.CreditAdjust, at: at, delta: b.dice.between(1, 40) * 5000})
	case chance == 2 && b.balance >= 5_0000:
		b.add(entry{kind: domain.CreditAdjust, at: at, delta: -b.dice.between(1, 10) * 5000})
	case chance == 3:
		b.add(entry{kind: domain.CreditPurchase, at: at, delta: b.pack})
		b.refundAt = at + b.dice.span(minute, 2*day)
	}
}

// refund gives a purchase back that is due before a time, unless too much of it is spent.
func (b *book) refund(before micros) {
	if b.refundAt == 0 || b.refundAt > before {
		return
	}
	if b.balance >= b.pack {
		b.add(entry{kind: domain.CreditRefund, at: b.refundAt, delta: -b.pack})
	}
	b.refundAt = 0
}

func (w *writer) ledgerRows(p *person) error {
	if !p.hasCredit {
		return nil
	}
	d := w.dice(forLedgerIDs, p)
	var ids orderedIDs
	for i, e := range w.ledgerOf(p) {
		w.rows.Bytes(w.idText(ids.next(d, e.at)))
		w.ledgerRow(p, i, &e)
		if err := w.rows.End(); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) ledgerRow(p *person, i int, e *entry) {
	r := w.rows
	r.Text(p.id)
	r.Text(string(e.kind))
	r.Amount(e.delta)
	r.Amount(e.balance)
	r.Bytes(w.ledgerDetail(i, e))
	if e.task == nil {
		r.Null()
		r.Null()
		r.Bytes(w.paymentKey(i, e))
	} else {
		r.Bytes(w.idText(e.task.id))
		r.Text(string(e.task.service))
		r.Bytes(w.taskKey(e))
	}
	r.Time(int64(e.at))
	r.Time(int64(e.at))
}

var taskKeyPrefix = map[domain.CreditLogKind]string{
	domain.CreditHold:    "hold:",
	domain.CreditSettle:  "settle:",
	domain.CreditRelease: "release:",
}

func (w *writer) taskKey(e *entry) []byte {
	w.text = append(w.text[:0], taskKeyPrefix[e.kind]...)
	w.text = e.task.id.appendTo(w.text)
	return w.text
}

// paymentKey names a payment by its place in the ledger; an admin's correction has no key.
func (w *writer) paymentKey(i int, e *entry) []byte {
	switch e.kind {
	case domain.CreditGrant:
		return append(w.text[:0], "grant:signup"...)
	case domain.CreditPurchase:
		return fmt.Appendf(w.text[:0], "purchase:%d", i)
	case domain.CreditRefund:
		return fmt.Appendf(w.text[:0], "refund:%d", i)
	}
	return nil
}

func (w *writer) ledgerDetail(i int, e *entry) []byte {
	switch e.kind {
	case domain.CreditHold:
		w.text = fmt.Appendf(w.text[:0], `{"%s": "%s", "images": %d}`, e.task.offerKey(), e.task.offer.name, e.task.images)
	case domain.CreditSettle:
		held, actual := amount(e.task.cost()), amount(e.task.cost()-e.task.saving())
		w.text = fmt.Appendf(w.text[:0], `{"held": "%s", "actual": "%s"}`, held, actual)
	case domain.CreditRelease:
		w.text = fmt.Appendf(w.text[:0], `{"because": "%s"}`, e.task.word)
	case domain.CreditGrant:
		w.text = append(w.text[:0], `{"reason": "signup bonus"}`...)
	case domain.CreditAdjust:
		w.text = append(w.text[:0], `{"reason": "goodwill after an incident", "by": "demo-admin"}`...)
		if e.delta < 0 {
			w.text = append(w.text[:0], `{"reason": "double credit corrected", "by": "demo-admin"}`...)
		}
	default:
		w.text = fmt.Appendf(w.text[:0], `{"provider": "stripe", "invoice": "INV-%05d-%04d"}`, e.at/day, i)
	}
	return w.text
}

// offerKey is what the service calls its ways of working.
func (t *task) offerKey() string {
	if t.service == domain.Midjourney {
		return "mode"
	}
	return "model"
}
