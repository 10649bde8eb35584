package demo

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTopicsAreComplete(t *testing.T) {
	t.Parallel()
	c := loadCorpus()
	for name, l := range map[string]language{"English": c.english, "Chinese": c.chinese} {
		if len(l.topics) < 3 || len(l.smallTalk) < 5 {
			t.Errorf("%s has %d topics and %d exchanges of small talk", name, len(l.topics), len(l.smallTalk))
		}
		exchanges := slices.Clone(l.smallTalk)
		for _, topic := range l.topics {
			exchanges = append(exchanges, topic.exchanges...)
		}
		for _, e := range exchanges {
			if len(e.questions) == 0 || size(e.answer) < 80 {
				t.Errorf("%s: %d questions, answered with %q", name, len(e.questions), e.answer.literals)
			}
		}
	}
}

func size(t template) int { return len(strings.Join(t.literals, "")) }

func TestPromptsHaveTheirTranslation(t *testing.T) {
	t.Parallel()
	for _, line := range loadCorpus().list("chinese") {
		chinese, english, ok := strings.Cut(line, "|")
		if !ok || utf8.RuneCountInString(chinese) == len(chinese) || strings.ContainsFunc(english, func(r rune) bool { return r > 0x7f }) {
			t.Errorf("%q is not a Chinese prompt, a bar and its translation", line)
		}
	}
}

func TestTextsAreFitForTheirPlaces(t *testing.T) {
	t.Parallel()
	for heading, lines := range loadCorpus().lists {
		for _, line := range lines {
			if strings.ContainsAny(line, "\x00\t\r") || line != strings.TrimSpace(line) || !utf8.ValidString(line) {
				t.Errorf("%s: %q", heading, line)
			}
		}
	}
	for _, name := range loadCorpus().list("family") {
		if plain := ascii(name); strings.ContainsFunc(plain, func(r rune) bool { return r < 'a' || r > 'z' }) {
			t.Errorf("%q in an address: %q", name, plain)
		}
	}
	for _, name := range loadCorpus().list("upload") {
		if contentTypes[strings.ToLower(name[strings.LastIndex(name, "."):])] == "" {
			t.Errorf("%q has no content type", name)
		}
	}
}

func TestTemplateFillsSlotsAndKeepsOtherBraces(t *testing.T) {
	t.Parallel()
	f := filling{slotSubject: "a fox", slotNumber: "3", slotLight: "backlit"}
	got := string(parseTemplate("{subject} {x} {n}{n} {light}{").appendTo(nil, &f))
	if want := "a fox {x} 33 backlit{"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
