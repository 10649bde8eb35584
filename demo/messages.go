package demo

import "atelier/domain"

var messageColumns = []string{
	"id", "chat_id", "user_id", "parent_id", "role", "content", "meta", "created_at", "updated_at",
}

func (w *writer) messageRows(p *person) error {
	d := w.dice(forMessages, p)
	for _, c := range w.chatsOf(p) {
		if err := w.conversation(d, p, &c); err != nil {
			return err
		}
	}
	return nil
}

// conversation writes a chat's messages: questions and answers in turn, each the child of the one before it.
// The order of the ids is that of the messages, since times tie.
func (w *writer) conversation(d *dice, p *person, c *chat) error {
	var ids orderedIDs
	var id uuid
	talk := newTalk(w.corpus, d, c)
	pauses, at := newDice(c.pauses, forPauses, 0), c.end-c.took
	for i := range c.messages {
		at += c.pause(pauses, i)
		parent := id
		id = ids.next(d, max(at, c.begin))
		w.rows.Bytes(w.idText(id))
		w.rows.Bytes(w.idText(c.id))
		w.rows.Text(p.id)
		if i == 0 {
			w.rows.Null()
		} else {
			w.rows.Bytes(w.idText(parent))
		}
		w.message(talk, max(at, c.begin))
		if err := w.rows.End(); err != nil {
			return err
		}
	}
	return nil
}

// message writes what is said next: role, content, meta and the times.
func (w *writer) message(t *talk, at micros) {
	role := t.next()
	w.rows.Text(string(role))
	w.rows.Bytes(t.content)
	if role == domain.MessageFromAssistant {
		w.text = t.appendUsage(w.text[:0])
		w.rows.Bytes(w.text)
	} else {
		w.rows.Null()
	}
	w.rows.Time(int64(at))
	w.rows.Time(int64(at))
}
