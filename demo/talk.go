package demo

import (
	"fmt"

	"atelier/domain"
)

// talk is a conversation under way.
type talk struct {
	corpus  *corpus
	dice    *dice
	chat    *chat
	topic   *topic
	model   string
	briefed bool        // Begins with a word to the assistant.
	ahead   []*exchange // What the topic has left, shuffled.
	asked   *exchange   // The question that waits for its answer.
	content []byte      // Of the message at hand.
}

func newTalk(c *corpus, d *dice, about *chat) *talk {
	t := &talk{corpus: c, dice: d, chat: about, model: pick(d, chatModels), briefed: d.oneIn(40)}
	t.turnTo(about.topic)
	return t
}

// turnTo begins with another topic.
func (t *talk) turnTo(to *topic) {
	t.topic = to
	for i := range to.exchanges {
		t.ahead = append(t.ahead, &to.exchanges[i])
		j := t.dice.below(int64(i + 1))
		t.ahead[i], t.ahead[j] = t.ahead[j], t.ahead[i]
	}
}

// next puts the content of the next message together, and tells who says it.
func (t *talk) next() domain.MessageRole {
	switch {
	case t.briefed:
		t.briefed = false
		t.content = append(t.content[:0], pick(t.dice, t.corpus.list("system prompt"))...)
		return domain.MessageFromSystem
	case t.asked == nil:
		t.asked = t.ask()
		t.content = pick(t.dice, t.asked.questions).appendTo(t.content[:0], &t.chat.filled)
		return domain.MessageFromUser
	}
	t.answer()
	t.asked = nil
	return domain.MessageFromAssistant
}

// ask takes small talk, or the topic's next question.
func (t *talk) ask() *exchange {
	if t.content != nil && t.dice.percent(20) {
		return choose(t.dice, t.chat.language.smallTalk)
	}
	if len(t.ahead) == 0 {
		t.turnTo(choose(t.dice, t.chat.language.topics))
	}
	return t.take()
}

// take removes the topic's next question from those ahead.
func (t *talk) take() *exchange {
	last := len(t.ahead) - 1
	taken := t.ahead[last]
	t.ahead = t.ahead[:last]
	return taken
}

// answer answers what was asked; now and then what would be asked next as well, or with a closing line.
func (t *talk) answer() {
	t.content = t.asked.answer.appendTo(t.content[:0], &t.chat.filled)
	switch {
	case len(t.ahead) > 0 && t.dice.percent(18):
		more := t.take()
		t.content = append(t.content, "\n\n---\n\n**"...)
		t.content = more.questions[0].appendTo(t.content, &t.chat.filled)
		t.content = append(t.content, "**\n\n"...)
		t.content = more.answer.appendTo(t.content, &t.chat.filled)
	case t.chat.language == &t.corpus.english && t.dice.percent(20):
		t.content = append(append(t.content, "\n\n"...), pick(t.dice, t.corpus.list("closing"))...)
	}
}

// appendUsage appends what the platform notes about an answer.
func (t *talk) appendUsage(b []byte) []byte {
	const bytesPerToken = 4
	tokens := len(t.content) / bytesPerToken
	return fmt.Appendf(b, `{"model": "%s", "usage": {"prompt_tokens": %d, "completion_tokens": %d}, "finish_reason": "stop"}`,
		t.model, t.dice.between(20, 400), tokens)
}
