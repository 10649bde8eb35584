package limit

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
)

// page is the tasks of a user that were read.
type page struct {
	nodes span // Each begins with a comma.
	count int
	last  place
	more  bool
}

// appendEnd appends the cursor of the last task, or null.
func (p *page) appendEnd(out []byte) []byte {
	if p.count == 0 {
		return append(out, "null"...)
	}
	return taskList.appendCursor(out, p.last.at, p.last.id, p.last.service)
}

// What Q2 and Q3 ask for.
const (
	manyUsers    = 20
	newestTasks  = 5
	latestChats  = 3
	lastMessages = 5
	tasksPerPage = 20
)

// usersWithMuch is Q2. Like the server it reads tasks beside chats and their messages.
func (l *Limit) usersWithMuch(w *work, _ *http.Request) error {
	if _, err := l.readUsers(w, manyUsers, w.addNode); err != nil {
		return err
	}
	keys := closedArray(w.keys)
	aside := takeWork()
	defer aside.giveBack()
	pages := make([]page, len(w.owners))
	done := make(chan error, 1)
	go func() { done <- l.readTasks(aside, pages, keys) }()
	err := l.readBalances(w, keys)
	if err == nil {
		err = l.readChats(w, keys)
	}
	if err == nil {
		err = l.readMessages(w)
	}
	if err = errors.Join(err, <-done); err != nil {
		return err
	}
	w.appendUsers(aside, pages)
	return nil
}

// addNode writes a user of Q2.
func (w *work) addNode() {
	u, o := &w.user, owner{key: strings.Clone(w.user.id.value), credit: noCredit}
	p := w.pieces
	o.head.from = len(p)
	p = appendID(append(p, `{"id":`...), "User", u.id.value)
	p = appendText(append(p, `,"name":`...), u.name.value)
	p = appendText(append(p, `,"email":`...), u.email.value)
	p = u.appendRole(append(p, `,"role":`...))
	o.head.to = len(p)
	w.pieces = p
	w.addOwner(o)
}

func (l *Limit) readTasks(w *work, pages []page, keys string) error {
	return l.read(l.tasks, w.task.into, func() {
		t := &w.task
		o := &pages[t.ord-1]
		if o.count == newestTasks {
			o.more = true
			return
		}
		if o.count == 0 {
			o.nodes.from = len(w.pieces)
		}
		o.count++
		w.pieces = t.appendJSON(append(w.pieces, ','))
		o.nodes.to = len(w.pieces)
		o.last = t.place()
	}, int64(newestTasks+1), keys)
}

// conversation is a chat of a user, and what was read of its messages.
type conversation struct {
	head             span
	first, next, end int // Where its first message begins, its second one, and where the last ends.
	count            int
}

func (l *Limit) readChats(w *work, keys string) error {
	w.keys = w.keys[:0]
	return l.read(l.chats, w.chat.into, func() {
		c := &w.chat
		o := &w.owners[c.ord-1]
		if o.upper == 0 {
			o.chats, o.upper = len(w.chats), len(w.chats)
		}
		if o.upper-o.chats == latestChats {
			return
		}
		o.upper++
		from := len(w.pieces)
		p := appendID(append(w.pieces, `,{"id":`...), "Chat", c.id.value)
		p = appendText(append(p, `,"title":`...), c.title.value)
		w.pieces = appendMoment(append(p, `,"updatedAt":`...), c.updated.Time)
		w.chats = append(w.chats, conversation{head: span{from, len(w.pieces)}})
		w.keys = appendElement(w.keys, c.id.value)
	}, int64(latestChats+1), keys)
}

func (l *Limit) readMessages(w *work) error {
	if len(w.chats) == 0 {
		return nil
	}
	return l.read(l.messages, w.message.into, func() {
		c := &w.chats[w.message.ord-1]
		switch c.count {
		case 0:
			c.first = len(w.pieces)
		case 1:
			c.next = len(w.pieces)
		}
		c.count++
		w.pieces = w.message.appendJSON(append(w.pieces, ','))
		c.end = len(w.pieces)
	}, int64(lastMessages+1), closedArray(w.keys))
}

// messages is the part of the pieces that belongs to the page: the one beyond it came first.
func (c *conversation) messages() span {
	if c.count > lastMessages {
		return span{c.next, c.end}
	}
	return span{c.first, c.end}
}

// appendUsers writes the answer of Q2.
func (w *work) appendUsers(aside *work, pages []page) {
	out := append(w.out, `{"data":{"users":{"nodes":[`...)
	for i := range w.owners {
		o, tasks := &w.owners[i], &pages[i]
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, w.piece(o.head)...)
		out = appendPlain(append(out, `,"credit":`...), o.credit)
		out = append(out, `,"tasks":{"nodes":[`...)
		out = append(out, withoutComma(aside.piece(tasks.nodes))...)
		out = append(out, `],"pageInfo":{"hasNextPage":`...)
		out = append(strconv.AppendBool(out, tasks.more), `,"endCursor":`...)
		out = tasks.appendEnd(out)
		out = append(out, `}},"chats":{"nodes":[`...)
		out = w.appendChats(out, w.chats[o.chats:o.upper])
		out = append(out, `]}}`...)
	}
	w.out = append(out, `]}}}`...)
}

func (w *work) appendChats(out []byte, chats []conversation) []byte {
	for i := range chats {
		head := w.piece(chats[i].head)
		if i == 0 {
			head = withoutComma(head)
		}
		out = append(append(out, head...), `,"messages":{"nodes":[`...)
		out = append(out, withoutComma(w.piece(chats[i].messages()))...)
		out = append(out, `]}}`...)
	}
	return out
}

func withoutComma(elements []byte) []byte {
	if len(elements) == 0 {
		return nil
	}
	return elements[1:]
}

// pageOfTasks is Q3.
func (l *Limit) pageOfTasks(w *work, r *http.Request) error {
	query := r.URL.Query()
	key, err := userKey(query.Get("user"))
	if err != nil {
		return err
	}
	keys, found := closedArray(appendElement(w.keys, key)), false
	if err := l.read(l.usersByID, w.user.alone(), func() { found = true }, keys); err != nil || !found {
		return errors.Join(err, errIfNot(found))
	}
	out := appendID(append(w.out, `{"data":{"user":{"id":`...), "User", key)
	w.out = append(out, `,"tasks":{"edges":[`...)
	var p page
	var previous bool
	each := func() { w.addTask(&p, &previous) }
	if cursor := query.Get("after"); cursor == "" {
		err = l.read(l.tasks, w.task.into, each, int64(tasksPerPage+1), keys)
	} else {
		err = l.readTasksAfter(w, cursor, each, keys)
	}
	if err != nil {
		return err
	}
	out = append(w.out, `],"pageInfo":{"hasNextPage":`...)
	out = append(strconv.AppendBool(out, p.more), `,"hasPreviousPage":`...)
	out = append(strconv.AppendBool(out, previous), `,"endCursor":`...)
	out = p.appendEnd(out)
	w.out = append(out, `}}}}}`...)
	return nil
}

func (l *Limit) readTasksAfter(w *work, cursor string, each func(), keys string) error {
	after, err := taskList.read(cursor)
	if err != nil {
		return err
	}
	return l.read(l.tasksAfter, w.task.into, each, int64(tasksPerPage+1), after.at, after.id, after.service, keys)
}

// addTask writes a task of Q3 straight into the answer.
func (w *work) addTask(p *page, previous *bool) {
	t := &w.task
	switch {
	case t.side != 0:
		*previous = true
		return
	case p.count == tasksPerPage:
		p.more = true
		return
	case p.count > 0:
		w.out = append(w.out, ',')
	}
	p.count++
	w.out = append(w.out, `{"cursor":`...)
	p.last = t.place()
	w.out = taskList.appendCursor(w.out, p.last.at, p.last.id, p.last.service)
	w.out = append(t.appendJSON(append(w.out, `,"node":`...)), '}')
}
