package document_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"atelier/domain"
	"atelier/graph/document"
)

func itoa(i int) string { return strconv.Itoa(i) }

// limit is a limit, and how to make a document that has n of what it limits.
type limit struct {
	name string
	of   func(*document.Limits) *int
	text func(n int) string
	code domain.Code
	step int // By how much the next document has more; 1 if not given.
}

// limits come at directly and through fragments.
var limits = []limit{
	{"tokens", func(l *document.Limits) *int { return &l.Tokens }, func(n int) string {
		return "{nodes(ids:[" + strings.Repeat("1 ", n-12) + "]){id}}"
	}, domain.TooManyTokens, 1},
	{"depth", func(l *document.Limits) *int { return &l.Depth }, nested, domain.TooDeep, 1},
	{"depth in fragments", func(l *document.Limits) *int { return &l.Depth }, nestedFragments, domain.TooDeep, 1},
	{"fields", func(l *document.Limits) *int { return &l.Fields }, func(n int) string {
		return "{viewer{" + strings.Repeat("id ", n-1) + "}}"
	}, domain.TooManyFields, 1},
	{"fields in fragments", func(l *document.Limits) *int { return &l.Fields }, func(n int) string {
		return "{viewer{id ...F ...F}} fragment F on User{" + strings.Repeat("...{id} ", n/2-1) + "}"
	}, domain.TooManyFields, 2},
	{"aliases", func(l *document.Limits) *int { return &l.Aliases }, func(n int) string {
		return "{viewer{id " + copies(n, "a#:id ") + "}}"
	}, domain.TooManyAliases, 1},
	{"aliases in fragments", func(l *document.Limits) *int { return &l.Aliases }, func(n int) string {
		return "{viewer{...on User{...F ...F}}} fragment F on User{" + copies(n/2, "...{a#:id}") + "}"
	}, domain.TooManyAliases, 2},
	{"root fields", func(l *document.Limits) *int { return &l.RootFields }, func(n int) string {
		return "{" + strings.Repeat("viewer{id} ", n) + "}"
	}, domain.TooManyRootFields, 1},
	{"root fields in fragments", func(l *document.Limits) *int { return &l.RootFields }, func(n int) string {
		return "{...F} fragment F on Query{" + strings.Repeat("...{viewer{id}}", n) + "}"
	}, domain.TooManyRootFields, 1},
	{"directives", func(l *document.Limits) *int { return &l.Directives }, func(n int) string {
		return "{viewer{" + strings.Repeat("id @skip(if:false) ", n) + "}}"
	}, domain.TooManyDirectives, 1},
	{"directives on spreads", func(l *document.Limits) *int { return &l.Directives }, func(n int) string {
		return "{viewer{" + strings.Repeat("...F @skip(if:false) ", n) + "}} fragment F on User{id}"
	}, domain.TooManyDirectives, 1},
	{"directives in fragments", func(l *document.Limits) *int { return &l.Directives }, func(n int) string {
		return "{viewer{...F ...F}} fragment F on User{" + strings.Repeat("...@include(if:true){id} ", n/2) + "}"
	}, domain.TooManyDirectives, 2},
	{"fragments", func(l *document.Limits) *int { return &l.Fragments }, func(n int) string {
		return "{viewer{" + copies(n, "...F# ") + "}}" + copies(n, " fragment F# on User{id}")
	}, domain.TooManyFragments, 1},
	{"variables", func(l *document.Limits) *int { return &l.Variables }, func(n int) string {
		return "query(" + copies(n, "$v#:ID!") + "){nodes(ids:[" + copies(n, "$v# ") + "]){id}}"
	}, domain.TooManyVariables, 1},
	{"introspection", func(l *document.Limits) *int { return &l.Introspection }, func(n int) string {
		return "{__schema{" + strings.Repeat("__typename ", n-1) + "}}"
	}, domain.IntrospectionLimit, 1},
	{"introspection in fragments", func(l *document.Limits) *int { return &l.Introspection }, func(n int) string {
		return "{...{...F}} fragment F on Query{__type(name:\"User\"){kind ...G ...G}} fragment G on __Type{" + strings.Repeat("name ", n/2-1) + "}"
	}, domain.IntrospectionLimit, 2},
	{"values", func(l *document.Limits) *int { return &l.Values }, func(n int) string {
		return "{nodes(ids:[" + strings.Repeat("1 ", n-1) + "]){__typename}}"
	}, domain.TooManyValues, 1},
	{"items of a list", func(l *document.Limits) *int { return &l.ListItems }, func(n int) string {
		return "{nodes(ids:[" + strings.Repeat("1 ", n) + "]){__typename}}"
	}, domain.ListTooLong, 1},
	{"depth of values", func(l *document.Limits) *int { return &l.ValueDepth }, func(n int) string {
		return "{nodes(ids:" + strings.Repeat("[", n) + "1" + strings.Repeat("]", n) + "){id}}"
	}, domain.ValuesTooDeep, 1},
}

// TestLimits reads, for each limit, a document that is exactly at it and one that is just beyond.
func TestLimits(t *testing.T) {
	defaults := document.Defaults()
	for _, one := range limits {
		t.Run(one.name, func(t *testing.T) {
			most := *one.of(&defaults)
			l := generous()
			*one.of(&l) = most
			r := newReader(l)
			if _, errs := r.Read(one.text(most)); errs != nil && firstCode(errs) != domain.ValidationFailed || firstCode(errs) == one.code {
				t.Errorf("%d: %v", most, errs)
			}
			if _, errs := r.Read(one.text(most + one.step)); firstCode(errs) != one.code {
				t.Errorf("%d: %v, want %s", most+one.step, errs, one.code)
			}
		})
	}
}

// TestLongNames reads a name as long as names may be, and one that is longer, in each place.
func TestLongNames(t *testing.T) {
	for _, text := range []string{
		"query #{__typename}", "{#}", "{a:#}", "{#:__typename}", "{...#}", "{__typename @#}", "{viewer(#:1){id}}", "{...on #{id}}",
		"{...F} fragment F on #{id}", "query($#:Int){__typename}", "query($v:#){__typename}", "{nodes(ids:$#){id}}", "{users(filter:{#:1}){nodes{id}}}",
		"{aiService(service:#){id}}",
	} {
		for n, want := range map[int]bool{200: false, 201: true} {
			_, errs := newReader(document.Defaults()).Read(strings.ReplaceAll(text, "#", strings.Repeat("x", n)))
			if isRefused := errs != nil && strings.HasPrefix(errs[0].Message, "names and numbers"); isRefused != want {
				t.Errorf("%d bytes in %s: %v", n, text, errs)
			}
		}
	}
}

// nested has fields n levels deep.
func nested(n int) string {
	way, leaves := []string{"viewer", "tasks", "nodes", "user"}, []string{"id", "totalCount", "id", "id"}
	at := func(i int) int { return (i-1)%3 + 1 }
	text := leaves[0]
	if n > 2 {
		text = leaves[at(n-2)]
	}
	for i := n - 2; i > 0; i-- {
		text = way[at(i)] + "{" + text + "}"
	}
	return "{viewer{" + text + "}}"
}

func nestedFragments(n int) string { return "{...F} fragment F on Query" + nested(n) }

// TestDoubledFragments expands to 2^30 and 2^1000 fields; limits see them without walking them.
func TestDoubledFragments(t *testing.T) {
	for _, n := range []int{30, 1000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			text := "{viewer{...F0}}" + doubled(n, "User", "id")
			r := newReader(limited(func(l *document.Limits) { l.Fragments, l.Tokens = 1<<20, 1<<20 }))
			start := time.Now()
			if _, errs := r.Read(text); firstCode(errs) != domain.TooManyFields {
				t.Errorf("%v", errs)
			}
			if took := time.Since(start); took > time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func doubled(n int, on, end string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " fragment F%d on %s{...F%d ...F%d}", i, on, i+1, i+1)
	}
	fmt.Fprintf(&b, " fragment F%d on %s{%s}", n, on, end)
	return b.String()
}

// TestNamesGainNothing: what is named like introspection is counted like anything else.
func TestNamesGainNothing(t *testing.T) {
	fields := strings.Repeat("id ", 1000)
	for name, text := range map[string]string{
		"operation":       "query IntrospectionQuery{viewer{" + fields + "}}",
		"operation __":    "query __schema{viewer{" + fields + "}}",
		"fragment":        "{viewer{...__schema}} fragment __schema on User{" + fields + "}",
		"alias":           "{__schema:viewer{" + fields + "}}",
		"inline fragment": "{...on Query{__type:viewer{" + fields + "}}}",
	} {
		t.Run(name, func(t *testing.T) {
			if _, errs := newReader(document.Defaults()).Read(text); firstCode(errs) != domain.TooManyFields {
				t.Errorf("%v", errs)
			}
		})
	}
}

// TestIntrospectionIsSeen wherever it stands.
func TestIntrospectionIsSeen(t *testing.T) {
	r := newReader(limited(func(l *document.Limits) { l.Introspection = 0 }))
	for _, text := range []string{
		"{__schema{queryType{name}}}",
		"{__type(name:\"User\"){name}}",
		"{x:__schema{queryType{name}}}",
		"{...{...{__schema{queryType{name}}}}}",
		"{...on Query{__type(name:\"User\"){name}}}",
		"{...F} fragment F on Query{...G} fragment G on Query{__schema{queryType{name}}}",
		"query A{__typename} query B{__schema{queryType{name}}}",
		"{viewer{__schema{queryType{name}}}}",
	} {
		if _, errs := r.Read(text); firstCode(errs) != domain.IntrospectionOff {
			t.Errorf("%s: %v", text, errs)
		}
	}
	if _, errs := r.Read("{__typename viewer{__typename}}"); errs != nil {
		t.Errorf("__typename: %v", errs)
	}
}

// TestTheToolsIntrospection reads the query that GraphiQL and other tools send, with all its options.
func TestTheToolsIntrospection(t *testing.T) {
	text, err := os.ReadFile("../testdata/introspection.graphql")
	if err != nil {
		t.Fatal(err)
	}
	r := newReader(limited(func(l *document.Limits) { l.Fields, l.Depth, l.RootFields = 2, 2, 1 })) // It has limits of its own.
	cost, refused := r.CheckCost(mustRead(t, r, string(text)), nil)
	if refused != nil || cost.Introspected < 3000 {
		t.Errorf("%+v, %v", cost, refused)
	}
	r = newReader(document.Defaults())
	_, refused = r.CheckCost(mustRead(t, r, "query Q{...S "+copies(10, "a#:__schema{...T}")+"} fragment S on Query{__typename} fragment T on __Schema{types{...U}}"+
		" fragment U on __Type{fields{name args{name type{kind name ofType{kind name}}} type{kind name ofType{kind name}}}}"), nil)
	if codeOf(refused) != domain.IntrospectionTooLarge {
		t.Errorf("the schema ten times over: %v", refused)
	}
}
