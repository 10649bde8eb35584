package demo

import (
	"strconv"
	"strings"
	"unicode"
)

var userColumns = []string{
	"id", "name", "email", "role", "profile_image_url", "last_active_at", "created_at", "updated_at",
}

func (w *writer) userRow(p *person) error {
	d := w.dice(forProfile, p)
	name, email := w.nameOf(d, p)
	r := w.rows
	r.Text(p.id)
	r.Text(name)
	r.Text(email)
	r.Text(string(p.role))
	if p.index <= demoUser || d.percent(70) {
		r.Text(w.pictureURL("avatars", d.uint64(), &shapes[0]))
	} else {
		r.Null()
	}
	r.TimeOrNull(int64(p.lastActive))
	r.Time(int64(p.joined))
	r.Time(int64(d.span(p.joined, max(p.joined, p.lastActive))))
	return r.End()
}

// nameOf draws a name, and an address that is nobody else's.
func (w *writer) nameOf(d *dice, p *person) (name, email string) {
	switch p.index {
	case demoAdmin:
		return "Demo Admin", adminEmail
	case demoUser:
		return "Demo User", userEmail
	}
	var local string
	if d.percent(25) {
		family, familyLatin, _ := strings.Cut(pick(d, w.corpus.list("chinese family")), "|")
		given, givenLatin, _ := strings.Cut(pick(d, w.corpus.list("chinese given")), "|")
		name, local = family+given, givenLatin+"."+familyLatin
	} else {
		given, family := pick(d, w.corpus.list("given")), pick(d, w.corpus.list("family"))
		name, local = given+" "+family, ascii(given)+"."+ascii(family)
	}
	return name, local + strconv.Itoa(p.index) + "@" + pick(d, w.corpus.list("mail hosts"))
}

var withoutAccents = strings.NewReplacer("á", "a", "é", "e", "í", "i", "ó", "o", "ö", "oe")

func ascii(name string) string {
	return withoutAccents.Replace(strings.Map(unicode.ToLower, name))
}

var creditColumns = []string{"id", "user_id", "credit", "created_at", "updated_at"}

// creditRow writes the balance that the ledger ends with.
func (w *writer) creditRow(p *person) error {
	if !p.hasCredit {
		return nil
	}
	ledger := w.ledgerOf(p)
	last := ledger[len(ledger)-1]
	w.rows.Bytes(w.idText(randomID(w.dice(forCredit, p))))
	w.rows.Text(p.id)
	w.rows.Amount(last.balance)
	w.rows.Time(int64(p.joined))
	w.rows.Time(int64(last.at))
	return w.rows.End()
}
