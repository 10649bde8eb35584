package demo

var chatColumns = []string{"id", "user_id", "title", "archived", "pinned", "created_at", "updated_at"}

// chat is what the chat table and the message table must agree on.
type chat struct {
	id       uuid
	messages int
	begin    micros // The chat was made,
	end      micros // and got its last message.
	took     micros // The sum of the pauses between its messages, which may reach back to before the beginning.
	pauses   uint64 // Their seed.
	imported bool   // All its messages have one time: that of the import.
	language *language
	topic    *topic
	filled   filling
}

// chatsOf draws a user's chats, in no order.
func (w *world) chatsOf(p *person) []chat {
	d := w.dice(forChats, p)
	weights := w.chatWeights(p)
	extra := newShares(p.messages-w.minimum*p.chats, weights)
	chats := make([]chat, p.chats)
	for i := range chats {
		c := &chats[i]
		c.id, c.pauses = randomID(d), d.uint64()
		c.messages = w.minimum + extra.next(weights[i])
		c.language = &w.corpus.english
		if d.percent(18) {
			c.language = &w.corpus.chinese
		}
		c.topic = choose(d, c.language.topics)
		c.filled = w.corpus.fill(d)
		c.end = d.moment(p.joined, max(p.joined, p.lastActive))
		c.imported = d.percent(3)
		c.takeTime(p)
	}
	return chats
}

// takeTime lets the chat begin as long before its end as its messages take, but not before its user came.
func (c *chat) takeTime(p *person) {
	d := newDice(c.pauses, forPauses, 0)
	for i := range c.messages {
		c.took += c.pause(d, i)
	}
	c.begin = max(p.joined, c.end-c.took)
}

// pause draws the time between message i and the one before it: answers come at once, questions when somebody has
// read, or the day after. Some messages are saved together with the one before them.
func (c *chat) pause(d *dice, i int) micros {
	switch {
	case c.imported || d.oneIn(12):
		return 0
	case i%2 == 1:
		return d.span(2*second, 40*second)
	case d.oneIn(15):
		return d.span(hour, 30*hour)
	}
	return d.span(10*second, 4*minute)
}

func (w *writer) chatRows(p *person) error {
	d := w.dice(forChatTitles, p)
	for i, c := range w.chatsOf(p) {
		w.rows.Bytes(w.idText(c.id))
		w.rows.Text(p.id)
		w.rows.Text(w.chatTitle(d, &c))
		archived := d.percent(12) || p.index == demoUser && i%5 == 4
		pinned := d.percent(5) || p.index == demoUser && i%9 == 0
		w.rows.Bool(archived)
		w.rows.Bool(pinned && !archived)
		w.rows.Time(int64(c.begin))
		w.rows.Time(int64(c.end))
		if err := w.rows.End(); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) chatTitle(d *dice, c *chat) string {
	if d.percent(6) {
		return pick(d, w.corpus.list("untitled"))
	}
	w.text = pick(d, c.topic.titles).appendTo(w.text[:0], &c.filled)
	return capitalized(string(w.text))
}
