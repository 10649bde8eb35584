package limit

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"atelier/domain"
)

// owner is a user of a page.
type owner struct {
	key          string
	head, tail   span // What is written before and after the balance.
	cursor       span
	credit       string
	chats, upper int // The user's conversations are work.chats[chats:upper].
}

// noCredit is the balance of a user without a row.
const noCredit = "0.0000"

// perPage is how many users Q1 asks for.
const perPage = 50

// usersWithCredit is Q1.
func (l *Limit) usersWithCredit(w *work, _ *http.Request) error {
	more, err := l.readUsers(w, perPage, w.addUser)
	if err == nil {
		err = l.readBalances(w, closedArray(w.keys))
	}
	if err != nil {
		return err
	}
	out := append(w.out, `{"data":{"users":{"edges":[`...)
	for i := range w.owners {
		o := &w.owners[i]
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, w.piece(o.head)...)
		out = appendPlain(out, o.credit)
		out = append(out, w.piece(o.tail)...)
	}
	out = append(out, `],"pageInfo":{"hasNextPage":`...)
	out = append(strconv.AppendBool(out, more), `,"endCursor":`...)
	out = w.appendLastCursor(out)
	w.out = append(out, `}}}}`...)
	return nil
}

func (w *work) appendLastCursor(out []byte) []byte {
	if len(w.owners) == 0 {
		return append(out, "null"...)
	}
	return append(out, w.piece(w.owners[len(w.owners)-1].cursor)...)
}

// readUsers reads the newest users who were let in and calls add for each, and reports whether there are more.
func (l *Limit) readUsers(w *work, limit int, add func()) (more bool, err error) {
	err = l.read(l.users, w.user.into, func() {
		if len(w.owners) == limit {
			more = true
			return
		}
		add()
	}, string(domain.RoleUser), int64(limit+1))
	return more, err
}

// addUser writes a user of Q1.
func (w *work) addUser() {
	u, o := &w.user, owner{key: strings.Clone(w.user.id.value), credit: noCredit}
	p := w.pieces
	o.head.from = len(p)
	p = append(p, `{"cursor":`...)
	o.cursor.from = len(p)
	p = userList.appendCursor(p, u.created.Time, u.id.value, "")
	o.cursor.to = len(p)
	p = append(p, `,"node":`...)
	p = u.appendHead(p)
	o.head.to, o.tail.from = len(p), len(p)
	p = append(u.appendTail(p), '}')
	o.tail.to = len(p)
	w.pieces = p
	w.addOwner(o)
}

// appendHead writes a user of Q1 and Q4 as far as the balance, and appendTail from there.
func (u *userRow) appendHead(p []byte) []byte {
	p = appendID(append(p, `{"id":`...), "User", u.id.value)
	p = appendText(append(p, `,"name":`...), u.name.value)
	p = appendText(append(p, `,"email":`...), u.email.value)
	p = u.appendRole(append(p, `,"role":`...))
	p = appendOptional(append(p, `,"profileImageUrl":`...), u.image)
	return append(p, `,"credit":`...)
}

func (u *userRow) appendTail(p []byte) []byte {
	return append(appendMoment(append(p, `,"lastActiveAt":`...), u.lastActive.Time), '}')
}

func (w *work) addOwner(o owner) {
	w.index[o.key] = len(w.owners)
	w.owners = append(w.owners, o)
	w.keys = appendElement(w.keys, o.key)
}

func (l *Limit) readBalances(w *work, keys string) error {
	return l.read(l.balances, w.balance.into, func() {
		if i, found := w.index[w.balance.user.value]; found {
			w.owners[i].credit = w.balance.credit.value
		}
	}, keys)
}

// oneUser is Q4.
func (l *Limit) oneUser(w *work, r *http.Request) error {
	key, err := userKey(r.URL.Query().Get("id"))
	if err != nil {
		return err
	}
	out := append(w.out, `{"data":{"user":`...)
	found, credit := false, noCredit
	head := func() {
		found = true
		out = w.user.appendHead(out)
	}
	if l.joinsCredit {
		var joined amount
		err = l.read(l.userWithBalance, append(w.user.alone(), &joined), head, key)
		if joined.value != "" {
			credit = joined.value
		}
	} else {
		keys := closedArray(appendElement(w.keys, key))
		if err = l.read(l.usersByID, w.user.alone(), head, keys); err == nil {
			err = l.read(l.balances, w.balance.into, func() { credit = w.balance.credit.value }, keys)
		}
	}
	if err != nil || !found {
		return errors.Join(err, errIfNot(found))
	}
	out = appendPlain(out, credit)
	w.out = append(w.user.appendTail(out), `}}`...)
	return nil
}

var errNoUser = errors.New("no such user")

func errIfNot(found bool) error {
	if found {
		return nil
	}
	return errNoUser
}

// userKey reads the global id of a user.
func userKey(id string) (string, error) {
	raw, err := base64.RawURLEncoding.DecodeString(id)
	key, isUser := strings.CutPrefix(string(raw), "User:")
	if err != nil || !isUser {
		return "", errors.New("not the id of a user")
	}
	return key, nil
}
