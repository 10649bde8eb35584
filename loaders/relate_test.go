package loaders

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"atelier/domain"
	"atelier/relay"
)

// parent is an object that relations start from, by a key of its own.
type parent struct{ key string }

func keyOf(p *parent) string { return p.key }

// some makes n parents with different keys.
func some(n int) []*parent {
	parents := make([]*parent, n)
	for i := range parents {
		parents[i] = &parent{fmt.Sprintf("key %d", i)}
	}
	return parents
}

type placeKey struct{}

// response returns a context with fresh loaders, whose place at tells.
func response() context.Context {
	return observed(Observer{Batch: func(int) {}, Panic: func() {}})
}

func observed(o Observer) context.Context {
	return With(context.Background(), New(nil, func(ctx context.Context) string {
		place, _ := ctx.Value(placeKey{}).(string)
		return place
	}, o))
}

func at(ctx context.Context, place string) context.Context {
	return context.WithValue(ctx, placeKey{}, place)
}

// reader reads values that repeat their key, and remembers what it was asked for.
type reader struct {
	mu    sync.Mutex
	asked [][]string
	fail  func() error
}

func (r *reader) read(_ context.Context, keys []string) (map[string]*parent, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, keys)
	values := map[string]*parent{}
	for _, key := range keys {
		values[key] = &parent{"of " + key}
	}
	if r.fail != nil {
		return nil, r.fail()
	}
	return values, nil
}

func (r *reader) requireReads(t *testing.T, sizes ...int) {
	t.Helper()
	got := make([]int, len(r.asked))
	for i, keys := range r.asked {
		got[i] = len(keys)
	}
	if !slices.Equal(got, sizes) {
		t.Errorf("read %d keys, want %d: %v", got, sizes, r.asked)
	}
}

func TestALevelLoadsAtOnce(t *testing.T) {
	t.Parallel()
	ctx, parents, r := response(), some(100), &reader{}
	Together(at(ctx, "users"), parents)
	for _, p := range parents {
		values, _, err := relate(at(ctx, "users.edges.node.credit"), []*parent{p}, relation{field: "credit"}, keyOf, r.read)
		if err != nil || values[0].key != "of "+p.key {
			t.Fatalf("%v: %v, %v", p, values, err)
		}
	}
	r.requireReads(t, 100)
}

// TestManyFieldsAtOnce asks for many relations of many levels, each from a goroutine of its own, as the executor does.
func TestManyFieldsAtOnce(t *testing.T) {
	t.Parallel()
	ctx := response()
	roots := some(50)
	Together(at(ctx, "users"), roots)
	const fields = 8
	var first, second [fields]reader
	var wg sync.WaitGroup
	for f := range fields {
		place, r := fmt.Sprintf("users.edges.node.f%d", f), relation{field: fmt.Sprintf("f%d", f)}
		for _, p := range roots {
			wg.Go(func() {
				children, err := toOne(at(ctx, place), []*parent{p}, r, keyOf, first[f].read)
				if err != nil || children[0].key != "of "+p.key {
					t.Errorf("%v: %v, %v", p, children, err)
					return
				}
				for range 2 { // And the children's, more than once.
					wg.Go(func() {
						grand, err := toOne(at(ctx, place+".g"), children, relation{field: "g"}, keyOf, second[f].read)
						if err != nil || grand[0].key != "of of "+p.key {
							t.Errorf("%v: %v, %v", p, grand, err)
						}
					})
				}
			})
		}
	}
	wg.Wait()
	for f := range fields {
		first[f].requireReads(t, 50)
		second[f].requireReads(t, 50)
	}
}

// TestABatchIsNeverCutShort holds the asking up for longer than the library waits by itself.
func TestABatchIsNeverCutShort(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, r := response(), &reader{}
		l := newLoad([]string{"a", "b"}, r.read)
		l.loader.Load(ctx, "a")
		<-time.After(outOfReach / 2) // On the clock of the test, which takes no time.
		l.start(ctx)
		if value, err := l.loader.Load(ctx, "b")(); err != nil || value.key != "of b" {
			t.Errorf("got %v, %v", value, err)
		}
		r.requireReads(t, 2)
	})
}

func TestRelationsWithOtherArgumentsLoadApart(t *testing.T) {
	t.Parallel()
	ctx, parents := response(), some(3)
	Together(at(ctx, "users"), parents)
	r := &reader{}
	for _, args := range []any{1, 2, 1, nil} {
		if _, _, err := relate(at(ctx, "users.nodes.tasks"), parents, relation{"tasks", args}, keyOf, r.read); err != nil {
			t.Fatal(err)
		}
	}
	r.requireReads(t, 3, 3, 3)
}

func TestKeys(t *testing.T) {
	t.Parallel()
	ctx := response()
	parents := []*parent{{"a"}, {""}, {"b"}, {"a"}, {""}}
	Together(at(ctx, "x"), parents)
	r := &reader{}
	values, _, err := relate(at(ctx, "x.y"), parents, relation{field: "y"}, keyOf, r.read)
	if err != nil {
		t.Fatal(err)
	}
	if values[0] != values[3] || values[1] != nil || values[4] != nil || values[2].key != "of b" {
		t.Errorf("got %v", values)
	}
	r.requireReads(t, 2)
	none, _, err := relate(at(ctx, "z"), []*parent{{""}}, relation{field: "y"}, keyOf, r.read)
	if err != nil || none[0] != nil {
		t.Errorf("got %v, %v", none, err)
	}
	r.requireReads(t, 2)
}

func TestAKeyWithoutAValue(t *testing.T) {
	t.Parallel()
	ctx := response()
	values, _, err := relate(at(ctx, "x"), some(2), relation{field: "y"}, keyOf, func(context.Context, []string) (map[string]*parent, error) { return nil, nil })
	if err != nil || values[0] != nil || values[1] != nil {
		t.Errorf("got %v, %v", values, err)
	}
}

func TestFailuresReachEveryParent(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for name, fail := range map[string]func() error{
		"an error": func() error { return broken },
		"a panic":  func() error { panic(broken) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, parents, r := response(), some(3), &reader{fail: fail}
			Together(at(ctx, "users"), parents)
			for _, p := range parents {
				_, err := toOne(at(ctx, "users.nodes.x"), []*parent{p}, relation{field: "x"}, keyOf, r.read)
				if err == nil || !strings.Contains(err.Error(), "broken") {
					t.Errorf("got %v", err)
				}
			}
			r.requireReads(t, 3)
		})
	}
}

// TestLevelsAreFoundNearest relates the same parents from different places.
func TestLevelsAreFoundNearest(t *testing.T) {
	t.Parallel()
	all := some(6)
	for _, c := range []struct {
		name   string
		levels map[string][]*parent
		from   string
		asks   []*parent
		reads  int
	}{
		{"the level at a place above", map[string][]*parent{"users": all}, "users.edges.node.x", all[:1], 6},
		{"the level at the place itself", map[string][]*parent{"users": all}, "users", all[:1], 6},
		{"the nearer of two", map[string][]*parent{"users": all, "users.nodes": all[:3]}, "users.nodes.x", all[:1], 3},
		{"the farther, if the nearer does not hold all", map[string][]*parent{"users": all, "users.nodes": all[:3]}, "users.nodes.x", all[2:4], 6},
		{"not one beside", map[string][]*parent{"users": all}, "others.nodes.x", all[:2], 2},
		{"not one of a name that begins alike", map[string][]*parent{"user": all}, "users.x", all[:2], 2},
		{"not one below", map[string][]*parent{"users.nodes.x.y": all}, "users.nodes.x", all[:2], 2},
		{"none at all", nil, "users.x", all[:4], 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ctx, r := response(), &reader{}
			for place, objects := range c.levels {
				Together(at(ctx, place), objects)
			}
			if _, _, err := relate(at(ctx, c.from), c.asks, relation{field: "x"}, keyOf, r.read); err != nil {
				t.Fatal(err)
			}
			r.requireReads(t, c.reads)
		})
	}
}

// TestLevelsOfOneFieldWithTwoArguments has two loads bring objects to one place, as when fragments give a field different
// arguments: each is a level, and both load at once.
func TestLevelsOfOneFieldWithTwoArguments(t *testing.T) {
	t.Parallel()
	ctx, parents, r, next := response(), some(10), &reader{}, &reader{}
	Together(at(ctx, "tasks"), parents)
	for i, p := range parents {
		children, err := toOne(at(ctx, "tasks.nodes.files"), []*parent{p}, relation{"files", i % 2}, keyOf, r.read)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := toOne(at(ctx, "tasks.nodes.files.user"), children, relation{field: "user"}, keyOf, next.read); err != nil {
			t.Fatal(err)
		}
	}
	r.requireReads(t, 10, 10)
	next.requireReads(t, 10, 10)
}

// TestPagesAndItemsAreLevels loads pages of lists, then a relation of the pages and one of their items.
func TestPagesAndItemsAreLevels(t *testing.T) {
	t.Parallel()
	ctx, parents := response(), some(4)
	Together(at(ctx, "users"), parents)
	pagesOf := func(_ context.Context, keys []string) (map[string]*relay.Connection[*parent], error) {
		pages := map[string]*relay.Connection[*parent]{}
		for _, key := range keys {
			items := domain.Slice[*parent]{Items: []*parent{{key + " 1"}, {key + " 2"}}}
			pages[key] = relay.NewConnection("list", items, func(*parent) domain.Position { return domain.Position{} }, key)
		}
		return pages, nil
	}
	var totals, owners reader
	for _, p := range parents {
		pages, err := toMany(at(ctx, "users.edges.node.chats"), []*parent{p}, relation{"chats", 1}, keyOf, pagesOf)
		if err != nil {
			t.Fatal(err)
		}
		countKey := func(c *relay.Connection[*parent]) string { return c.Counts.(string) }
		if _, _, err := relate(at(ctx, "users.edges.node.chats.totalCount"), pages, relation{field: "totalCount"}, countKey, totals.read); err != nil {
			t.Fatal(err)
		}
		for _, item := range pages[0].Nodes() {
			if _, err := toOne(at(ctx, "users.edges.node.chats.edges.node.user"), []*parent{item}, relation{field: "user"}, keyOf, owners.read); err != nil {
				t.Fatal(err)
			}
		}
	}
	totals.requireReads(t, 4)
	owners.requireReads(t, 8)
}

// TestResponsesShareNothing relates the same objects, which a cache may hand to many, in two responses.
func TestResponsesShareNothing(t *testing.T) {
	t.Parallel()
	parents, r := some(2), &reader{}
	for range 2 {
		ctx := response()
		Together(at(ctx, "users"), parents)
		if _, err := toOne(at(ctx, "users.nodes.x"), parents, relation{field: "x"}, keyOf, r.read); err != nil {
			t.Fatal(err)
		}
	}
	r.requireReads(t, 2, 2)
}

// TestObserver tells of batches and panics.
func TestObserver(t *testing.T) {
	t.Parallel()
	var batches []int
	panics := 0
	ctx, counted := CountBatches(observed(Observer{Batch: func(keys int) { batches = append(batches, keys) }, Panic: func() { panics++ }}))
	Together(at(ctx, "users"), some(5))
	fail := &reader{fail: func() error { panic("broken") }}
	for _, r := range []*reader{{}, fail} {
		for range 2 {
			_, _, _ = relate(at(ctx, "x"), some(3), relation{field: "x"}, keyOf, r.read)
		}
	}
	if !slices.Equal(batches, []int{3, 3, 3, 3}) || panics != 2 || counted.Load() != 4 {
		t.Errorf("told of batches of %d and %d panics, counted %d", batches, panics, counted.Load())
	}
}

// TestEqualPagesAreOneLoad compares what stands for the arguments of a list.
func TestEqualPagesAreOneLoad(t *testing.T) {
	t.Parallel()
	moment := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	list := func(change func(*List)) any {
		l := List{Scope: "s", Page: domain.Page{Limit: 5, After: &domain.Position{At: moment, ID: "a"}}}
		change(&l)
		return l.args("filter")
	}
	same := list(func(*List) {})
	if list(func(*List) {}) != same {
		t.Error("equal lists differ")
	}
	for name, other := range map[string]any{
		"scope":  list(func(l *List) { l.Scope = "t" }),
		"limit":  list(func(l *List) { l.Page.Limit = 6 }),
		"end":    list(func(l *List) { l.Page.Backward = true }),
		"after":  list(func(l *List) { l.Page.After = nil }),
		"place":  list(func(l *List) { l.Page.After = &domain.Position{At: moment, ID: "b"} }),
		"before": list(func(l *List) { l.Page.Before = &domain.Position{At: moment, ID: "a"} }),
		"zero":   list(func(l *List) { l.Page.Before = &domain.Position{} }),
		"shape":  list(func(l *List) { l.Full = true }),
		"filter": List{Scope: "s", Page: domain.Page{Limit: 5, After: &domain.Position{At: moment, ID: "a"}}}.args("other"),
	} {
		if other == same {
			t.Errorf("a list of another %s is taken for the same", name)
		}
	}
}

// TestTaskMap finds tasks by service and key, and, where a key has no service, in any.
func TestTaskMap(t *testing.T) {
	t.Parallel()
	flux := &domain.FluxTask{TaskBase: domain.TaskBase{ID: domain.TaskID{Service: domain.Flux, Key: "1"}}}
	dream := &domain.DreamworkTask{TaskBase: domain.TaskBase{ID: domain.TaskID{Service: domain.Dreamwork, Key: "2"}}}
	ids := []domain.TaskID{{Service: domain.Flux, Key: "1"}, {Service: domain.Dreamwork, Key: "1"}, {Key: "2"}, {Key: "3"}}
	got := taskMap(ids, []domain.Task{flux, dream})
	want := map[domain.TaskID]domain.Task{{Service: domain.Flux, Key: "1"}: flux, {Key: "2"}: dream}
	if !maps.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

// TestWhatIsNamedAndDoesNotExist relates on from objects of which one's row is gone.
func TestWhatIsNamedAndDoesNotExist(t *testing.T) {
	t.Parallel()
	ctx := response()
	roots := some(3)
	Together(at(ctx, "messages"), roots)
	lacking := func(_ context.Context, keys []string) (map[string]*parent, error) {
		return map[string]*parent{keys[0]: {"a"}, keys[2]: {"c"}}, nil
	}
	var next reader
	for i, root := range roots {
		parents, err := toOne(at(ctx, "messages.parent"), []*parent{root}, relation{field: "parent"}, keyOf, lacking)
		if err != nil || (parents[0] == nil) != (i == 1) {
			t.Fatalf("%d: %v, %v", i, parents, err)
		}
		if parents[0] == nil {
			continue
		}
		if _, err := toOne(at(ctx, "messages.parent.chat"), parents, relation{field: "chat"}, keyOf, next.read); err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
	next.requireReads(t, 2)
}
