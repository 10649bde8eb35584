package relay_test

import (
	"slices"
	"testing"

	"atelier/domain"
	"atelier/relay"
)

func at(id string) domain.Position { return domain.Position{At: place.At, ID: id} }

func TestConnection(t *testing.T) {
	t.Parallel()
	c := relay.NewConnection(scope, domain.Slice[string]{Items: []string{"a", "b", "c"}, HasNext: true}, at, "counts")
	if !slices.Equal(c.Nodes(), []string{"a", "b", "c"}) || !c.PageInfo.HasNextPage || c.PageInfo.HasPreviousPage || c.Counts != "counts" {
		t.Errorf("got %+v", c)
	}
	for i, e := range c.Edges() {
		if got := string(e.AppendCursor([]byte("cursor: "))); got != `cursor: "`+e.Cursor()+`"` {
			t.Errorf("edge %d appends %s", i, got)
		}
		if got, err := relay.DecodeCursor(scope, e.Cursor()); err != nil || got != at(c.Nodes()[i]) {
			t.Errorf("edge %d is at %+v, %v", i, got, err)
		}
	}
	if *c.PageInfo.StartCursor() != c.Edges()[0].Cursor() || *c.PageInfo.EndCursor() != c.Edges()[2].Cursor() {
		t.Errorf("from %s to %s", *c.PageInfo.StartCursor(), *c.PageInfo.EndCursor())
	}
	if got := string(c.PageInfo.AppendStartCursor(nil)) + string(c.PageInfo.AppendEndCursor(nil)); got != `"`+*c.PageInfo.StartCursor()+`""`+*c.PageInfo.EndCursor()+`"` {
		t.Errorf("appends %s", got)
	}
	if one := relay.NewConnection(scope, domain.Slice[string]{Items: []string{"a"}}, at, nil); *one.PageInfo.StartCursor() != *one.PageInfo.EndCursor() {
		t.Error("one item has two places")
	}
}

func TestConnectionWithoutItems(t *testing.T) {
	t.Parallel()
	c := relay.NewConnection(scope, domain.Slice[string]{HasPrevious: true}, at, nil)
	if c.Edges() == nil || len(c.Edges()) != 0 || c.Nodes() == nil || c.PageInfo.StartCursor() != nil || c.PageInfo.EndCursor() != nil || !c.PageInfo.HasPreviousPage {
		t.Errorf("got %+v", c)
	}
	if got := string(c.PageInfo.AppendStartCursor(nil)) + string(c.PageInfo.AppendEndCursor(nil)); got != "nullnull" {
		t.Errorf("appends %s", got)
	}
}

func TestConnectionsOfSeveralPages(t *testing.T) {
	t.Parallel()
	pages := []domain.Slice[string]{{Items: []string{"a"}, HasNext: true}, {}, {Items: []string{"b", "c"}, HasPrevious: true}}
	for i, c := range relay.NewConnections(scope, pages, at) {
		alone := relay.NewConnection(scope, pages[i], at, nil)
		if !slices.Equal(c.Nodes(), alone.Nodes()) || c.PageInfo.HasNextPage != pages[i].HasNext || c.PageInfo.HasPreviousPage != pages[i].HasPrevious ||
			string(c.PageInfo.AppendEndCursor(nil)) != string(alone.PageInfo.AppendEndCursor(nil)) {
			t.Errorf("page %d: got %+v", i, c)
		}
	}
}
