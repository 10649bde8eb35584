package resolvers_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"atelier/auth"
	"atelier/domain"
	"atelier/graph/transport"
)

// TestKeptAnswersAreWhatWouldBeMadeNow reads and writes at random, through the API and by SQL, with readers that are overtaken by changes
// and a feed that loses some. Once the feed has told what was written, every answer is the one that is made without a cache.
func TestKeptAnswersAreWhatWouldBeMadeNow(t *testing.T) {
	t.Parallel()
	url := database(t, "world.sql")
	k := newKeeper(t, url)
	rounds := 0
	rapid.Check(t, func(rt *rapid.T) {
		rounds++
		c := &coherence{keeper: k, t: t, before: snapshot(t, k.api), round: rounds, asked: map[asking]bool{}}
		k.told(domain.ChangeBatch{AsOf: time.Now(), IsGap: true}) // As a new process would begin.
		rt.Repeat(map[string]func(*rapid.T){
			"read":      c.read,
			"slow read": c.readSlowly,
			"mutation":  c.mutate,
			"SQL":       c.change,
			"told":      func(t *rapid.T) { c.tell(t, false) },
			"lost":      func(t *rapid.T) { c.tell(t, true) },
		})
	})
	if hits := k.hits.Load(); hits < 100 {
		t.Errorf("%d kept answers were given: the test says little", hits)
	}
	t.Logf("%d kept answers were given", k.hits.Load())
}

// coherence is one run: what was written is told when it is said so.
type coherence struct {
	*keeper
	t      *testing.T
	before map[domain.Table]map[string]row
	asked  map[asking]bool
	round  int
	writes int
}

// atOnce is how many of what was asked are asked again when something was told.
const atOnce = 8

// asking is who asked what.
type asking struct {
	viewer auth.Viewer
	text   string
}

// reads are asked as whoever may; they have no balance in them.
var reads = append([]string{
	`{ viewer { name role chats { totalCount nodes { title updatedAt messages { totalCount nodes { content user { name } } } } } } }`,
	`{ users(orderBy: {field: NAME, direction: ASC}) { nodes { id name role } pageInfo { hasNextPage } } }`,
	`{ nodes(ids: ["` + globalID("Chat", "chat-bob-1") + `", "` + globalID("Message", "message-bob-4") + `", "` + globalID("User", "cleo") + `"]) {
		id ... on Chat { title messages(last: 2) { nodes { content } } } ... on Message { content chat { title } parent { content } } ... on User { name } } }`,
	`{ tasks { totalCount nodes { id status progress user { name } files { nodes { filename } } } } }`,
}, crowded...)

func (c *coherence) drawReader(t *rapid.T) (auth.Viewer, question) {
	viewer := rapid.SampledFrom([]auth.Viewer{ada, bob}).Draw(t, "viewer")
	text := rapid.SampledFrom(reads).Draw(t, "question")
	c.asked[asking{viewer, text}] = true
	return viewer, question{text: text}
}

// read fills the cache, or is answered from it: perhaps by what was true before what has not been told.
func (c *coherence) read(t *rapid.T) {
	c.hear()
	viewer, q := c.drawReader(t)
	get(c.keeping, viewer, ways[rapid.IntRange(0, 2).Draw(t, "way")](c.t, q))
}

// readSlowly reads, and keeps what it read only after something was changed and told.
func (c *coherence) readSlowly(t *rapid.T) {
	c.hear()
	read, goOn, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	ordinary := c.measure
	c.measure = func(ctx context.Context) (context.Context, func() transport.Work) {
		ctx, work := ordinary(ctx)
		held := false
		return ctx, func() transport.Work {
			if !held {
				held = true
				close(read)
				<-goOn
			}
			return work()
		}
	}
	viewer, q := c.drawReader(t)
	go func() {
		defer close(done)
		get(c.keeping, viewer, ways[0](c.t, q))
	}()
	select {
	case <-read:
		c.measure = ordinary
		c.change(t)
		c.tell(t, false)
		close(goOn)
		<-done
		c.requireFresh(t, viewer, q)
	case <-done: // It was a kept one.
		c.measure = ordinary
	}
}

// mutate changes something through the API. Who did sees it at once.
func (c *coherence) mutate(t *rapid.T) {
	c.hear()
	c.writes++
	text := fmt.Sprintf(rapid.SampledFrom([]string{
		`mutation { updateProfile(input: {name: "Name %d"}) { user { id } } }`,
		`mutation { createChat(input: {title: "Chat %d"}) { chat { id } } }`,
		`mutation { renameChat(input: {id: "` + globalID("Chat", "chat-bob-1") + `", title: "Title %d"}) { chat { id } } }`,
		`mutation { addMessage(input: {chatId: "` + globalID("Chat", "chat-bob-1") + `", content: "Message %d"}) { message { id } } }`,
	}).Draw(t, "mutation"), c.writes)
	viewer := rapid.SampledFrom([]auth.Viewer{bob, cleo}).Draw(t, "viewer")
	get(c.keeping, viewer, ways[0](c.t, question{text: text}))
	own := question{text: reads[0]}
	c.requireFresh(t, viewer, own)
}

// change writes by SQL, as another program would. What cannot be done changes nothing.
func (c *coherence) change(t *rapid.T) {
	c.writes++
	x := rapid.IntRange(0, len(people)-1).Draw(t, "person")
	statement := strings.NewReplacer(
		"'new-X'", fmt.Sprintf("'new-%d-%d'", c.round, c.writes), "new-X@", fmt.Sprintf("new-%d-%d@", c.round, c.writes),
		"X", string(people[x].ID), "Y", string(people[(x+1)%len(people)].ID),
	).Replace(rapid.SampledFrom(changes).Draw(t, "statement"))
	_, _ = c.store.DB().ExecContext(c.t.Context(), statement)
}

// tell tells what was written since it was told last, or that something was missed. From then on everything is as it would be made now.
func (c *coherence) tell(t *rapid.T, isGap bool) {
	batch := domain.ChangeBatch{AsOf: time.Now(), IsGap: isGap}
	after := snapshot(c.t, c.api)
	if !isGap {
		batch.Changes = difference(c.before, after)
	}
	c.before = after
	c.told(batch)
	compared := 0
	for one := range c.asked {
		if compared++; compared > atOnce {
			return
		}
		c.requireFresh(t, one.viewer, question{text: one.text})
	}
}

// requireFresh compares what is given with what is made now.
func (c *coherence) requireFresh(t *rapid.T, viewer auth.Viewer, q question) {
	got, want := get(c.keeping, viewer, ways[0](c.t, q)), get(c.handler, viewer, ways[0](c.t, q))
	if !bytes.HasPrefix(got, []byte(`{"errors"`)) && !bytes.Equal(got, want) {
		t.Fatalf("%s gets %.600s\nwant %.600s\nfor %s", nameOf(viewer), got, want, q.text)
	}
}
