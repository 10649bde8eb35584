package demo

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// slot is a place in a template that is filled from a list.
type slot int

const (
	slotSubject slot = iota
	slotSetting
	slotStyle
	slotLight
	slotDetail
	slotNumber
	slotCount
)

var slotNames = [slotCount]string{"subject", "setting", "style", "light", "detail", "n"}

// filling is what stands in the slots of one picture, or of one conversation.
type filling [slotCount]string

func (c *corpus) fill(d *dice) (f filling) {
	for s := range f {
		f[s] = pick(d, c.slots[s])
	}
	return f
}

// template is a text with slots: literals[0] slots[0] literals[1] … literals[len(slots)].
type template struct {
	literals []string
	slots    []slot
}

// parseTemplate finds {subject} and the like. Other braces, as in code, stay as they are.
func parseTemplate(text string) (t template) {
	for {
		at, found := len(text), slot(-1)
		for s, name := range slotNames {
			if i := strings.Index(text, "{"+name+"}"); i >= 0 && i < at {
				at, found = i, slot(s)
			}
		}
		t.literals = append(t.literals, text[:at])
		if found < 0 {
			return t
		}
		t.slots = append(t.slots, found)
		text = text[at+len(slotNames[found])+2:]
	}
}

func (t template) appendTo(b []byte, f *filling) []byte {
	for i, s := range t.slots {
		b = append(append(b, t.literals[i]...), f[s]...)
	}
	return append(b, t.literals[len(t.slots)]...)
}

// capitalized begins a sentence.
func capitalized(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}
