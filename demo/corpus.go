package demo

import (
	"embed"
	"fmt"
	"path"
	"strings"
	"sync"
)

// The texts are data: lists under "# heading" lines in corpus/*.txt, conversations in corpus/chats/LANGUAGE/*.md.
//
//go:embed corpus
var corpusFiles embed.FS

// corpus is what the made-up people say and ask for.
type corpus struct {
	lists    map[string][]string
	slots    [slotCount][]string // What may stand in place of {subject} and the like.
	describe []template          // What a service sees in a picture.
	english  language
	chinese  language
}

// language is what there is to talk about in one language.
type language struct {
	topics    []topic
	smallTalk []exchange // Fits into a conversation about anything.
}

// topic is what a conversation is about.
type topic struct {
	titles    []template
	exchanges []exchange
}

// exchange is a question, in several wordings, and its answer.
type exchange struct {
	questions []template
	answer    template
}

// loadCorpus panics where a file is malformed: they are part of the program.
var loadCorpus = sync.OnceValue(func() *corpus {
	c := &corpus{lists: map[string][]string{}}
	for _, name := range corpusNames("corpus", ".txt") {
		c.addLists(corpusText(name))
	}
	for slot, name := range slotNames {
		c.slots[slot] = c.list(name)
	}
	c.english = loadLanguage("corpus/chats/en")
	c.chinese = loadLanguage("corpus/chats/zh")
	for _, line := range c.list("describe") {
		c.describe = append(c.describe, parseTemplate(line))
	}
	return c
})

func corpusNames(folder, extension string) (names []string) {
	entries, err := corpusFiles.ReadDir(folder)
	if err != nil {
		panic(fmt.Sprintf("read the demo texts: %v", err))
	}
	for _, entry := range entries {
		if path.Ext(entry.Name()) == extension {
			names = append(names, path.Join(folder, entry.Name()))
		}
	}
	return names
}

func corpusText(name string) string {
	text, err := corpusFiles.ReadFile(name)
	if err != nil {
		panic(fmt.Sprintf("read the demo texts: %v", err))
	}
	return string(text)
}

func (c *corpus) addLists(text string) {
	var heading string
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if name, ok := strings.CutPrefix(line, "# "); ok {
			heading = name
		} else if line != "" {
			c.lists[heading] = append(c.lists[heading], line)
		}
	}
}

// list returns the lines under a heading, at least one.
func (c *corpus) list(heading string) []string {
	lines := c.lists[heading]
	if len(lines) == 0 {
		panic("the demo texts have no list " + heading)
	}
	return lines
}

func loadLanguage(folder string) (l language) {
	for _, name := range corpusNames(folder, ".md") {
		t := parseTopic(corpusText(name))
		if t.titles == nil {
			l.smallTalk = append(l.smallTalk, t.exchanges...)
		} else {
			l.topics = append(l.topics, t)
		}
	}
	return l
}

// parseTopic reads "= title" lines, then exchanges: "? question" lines and, up to the next of these, the answer.
func parseTopic(text string) (t topic) {
	var answer []string
	for line := range strings.Lines(text) {
		kind, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch kind {
		case "=":
			t.titles = append(t.titles, parseTemplate(rest))
		case "?":
			if answer != nil || t.exchanges == nil {
				t.endExchange(answer)
				t.exchanges, answer = append(t.exchanges, exchange{}), nil
			}
			last := &t.exchanges[len(t.exchanges)-1]
			last.questions = append(last.questions, parseTemplate(rest))
		default:
			answer = append(answer, line)
		}
	}
	t.endExchange(answer)
	return t
}

func (t *topic) endExchange(answer []string) {
	if len(t.exchanges) > 0 {
		text := strings.TrimSpace(strings.Join(answer, ""))
		t.exchanges[len(t.exchanges)-1].answer = parseTemplate(text)
	}
}
