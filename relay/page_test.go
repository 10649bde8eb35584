package relay_test

import (
	"fmt"
	"math"
	"testing"

	"atelier/domain"
	"atelier/relay"
)

func TestPage(t *testing.T) {
	t.Parallel()
	cursor := relay.EncodeCursor(scope, place)
	for name, c := range map[string]struct {
		args relay.PageArgs
		want domain.Page
	}{
		"nothing":      {relay.PageArgs{}, domain.Page{Limit: 20}},
		"first":        {relay.PageArgs{First: new(1)}, domain.Page{Limit: 1}},
		"last":         {relay.PageArgs{Last: new(100)}, domain.Page{Limit: 100, Backward: true}},
		"after":        {relay.PageArgs{First: new(100), After: &cursor}, domain.Page{Limit: 100, After: &place}},
		"before":       {relay.PageArgs{Last: new(5), Before: &cursor}, domain.Page{Limit: 5, Backward: true, Before: &place}},
		"only bounds":  {relay.PageArgs{After: &cursor, Before: &cursor}, domain.Page{Limit: 20, After: &place, Before: &place}},
		"last, after":  {relay.PageArgs{Last: new(5), After: &cursor}, domain.Page{Limit: 5, Backward: true, After: &place}},
		"first before": {relay.PageArgs{First: new(5), Before: &cursor}, domain.Page{Limit: 5, Before: &place}},
	} {
		got, err := c.args.Page(scope)
		if err != nil || got.Limit != c.want.Limit || got.Backward != c.want.Backward || !same(got.After, c.want.After) || !same(got.Before, c.want.Before) {
			t.Errorf("%s: got %+v, %v; want %+v", name, got, err, c.want)
		}
	}
}

func same(a, b *domain.Position) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }

func TestPagesThatAreNone(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, -1, 101, math.MaxInt32, math.MinInt32} {
		_, err := relay.PageArgs{First: &n}.Page(scope)
		wantCode(t, fmt.Sprint("first ", n), err, domain.InvalidPage)
		_, err = relay.PageArgs{Last: &n}.Page(scope)
		wantCode(t, fmt.Sprint("last ", n), err, domain.InvalidPage)
	}
	_, err := relay.PageArgs{First: new(1), Last: new(1)}.Page(scope)
	wantCode(t, "both", err, domain.InvalidPage)
	foreign := relay.EncodeCursor(relay.NewScope("tasks", "flux", "ASC"), place)
	for name, cursor := range map[string]string{"empty": "", "foreign": foreign, "nonsense": "zzz"} {
		_, err := relay.PageArgs{After: &cursor}.Page(scope)
		wantCode(t, name+" after", err, domain.InvalidCursor)
		_, err = relay.PageArgs{Last: new(3), Before: &cursor}.Page(scope)
		wantCode(t, name+" before", err, domain.InvalidCursor)
	}
}

func TestNumberedPage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		number, size int
		valid        bool
	}{
		{1, 1, true}, {1, 100, true}, {domain.MaxOffset/100 + 1, 100, true}, {domain.MaxOffset + 1, 1, true}, {3, 7, true},
		{0, 20, false}, {-1, 20, false}, {1, 0, false}, {1, -1, false}, {1, 101, false}, {domain.MaxOffset/100 + 2, 100, false},
		{domain.MaxOffset + 2, 1, false}, {math.MaxInt32, 100, false}, {math.MaxInt, 100, false}, {math.MinInt, 1, false}, {1, math.MaxInt, false},
	} {
		got, err := relay.NumberedPage(c.number, c.size)
		if c.valid && (err != nil || got != domain.NumberedPage{Number: c.number, Size: c.size} || got.Offset() > domain.MaxOffset) {
			t.Errorf("page %d of size %d: %+v, %v", c.number, c.size, got, err)
		}
		if !c.valid {
			wantCode(t, fmt.Sprintf("page %d of size %d", c.number, c.size), err, domain.InvalidPage)
		}
	}
}
