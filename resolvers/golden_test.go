package resolvers_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"atelier/auth"
	"atelier/relay"
)

var update = flag.Bool("update", false, "write what the server answers into testdata")

// TestGolden sends the requests of testdata/golden/*.graphql one after the other, each file to a world of its own, and
// compares the answers with the .json file beside it. What is new to the world, ids and times, is taken out.
func TestGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/golden/*.graphql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden requests: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".graphql"), func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, database(t, "world.sql"))
			var got bytes.Buffer
			for _, r := range readGolden(t, file) {
				r.answer(t, a, &got)
			}
			compareGolden(t, strings.TrimSuffix(file, ".graphql")+".json", got.Bytes())
		})
	}
}

// golden is a request of a golden file: "## title", "# as: viewer", perhaps "# variables: {…}", and the document.
type golden struct {
	title     string
	as        auth.Viewer
	variables json.RawMessage
	document  string
}

func readGolden(t *testing.T, file string) (requests []golden) {
	t.Helper()
	var text bytes.Buffer
	made, err := template.New(filepath.Base(file)).Funcs(goldenFuncs).ParseFiles(file)
	if err == nil {
		err = made.Execute(&text, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	for part := range strings.SplitSeq("\n"+text.String(), "\n## ") {
		if title, rest, ok := strings.Cut(part, "\n"); ok && title != "" {
			requests = append(requests, parseGolden(t, title, rest))
		}
	}
	return requests
}

// goldenFuncs make what would be tedious to write, or to read.
var goldenFuncs = template.FuncMap{
	"id":     globalID,
	"repeat": strings.Repeat,
	"ids": func(n int) string {
		return strings.TrimSuffix(strings.Repeat(`"`+globalID("User", "bob")+`", `, n), ", ")
	},
}

func parseGolden(t *testing.T, title, text string) golden {
	t.Helper()
	g := golden{title: title, variables: json.RawMessage("null")}
	for line := range strings.Lines(text) {
		who, isViewer := strings.CutPrefix(line, "# as: ")
		values, isVariables := strings.CutPrefix(line, "# variables: ")
		switch {
		case isViewer:
			g.as = viewerNamed(t, strings.TrimSpace(who))
		case isVariables:
			g.variables = json.RawMessage(values)
		default:
			g.document += line
		}
	}
	return g
}

func viewerNamed(t *testing.T, name string) auth.Viewer {
	t.Helper()
	for _, v := range slices.Concat(people, []auth.Viewer{nobody}) {
		if nameOf(v) == name {
			return v
		}
	}
	t.Fatalf("nobody is called %q", name)
	return auth.Viewer{}
}

// answer writes the title and what comes.
func (g golden) answer(t *testing.T, a *api, into *bytes.Buffer) {
	t.Helper()
	query, err := json.Marshal(g.document)
	if err != nil {
		t.Fatal(err)
	}
	got := a.post(t, g.as, []byte(`{"query": `+string(query)+`, "variables": `+string(g.variables)+`}`))
	requireNoMarks(t, g.as, got.Body)
	into.WriteString("// " + g.title + ", as " + nameOf(g.as) + "\n")
	if err := json.Indent(into, takeOutNew(inOrder(t, got.Body)), "", "  "); err != nil {
		t.Fatal(err)
	}
	into.WriteString("\n\n")
}

// inOrder sorts the errors by their paths: fields are answered at once, and what fails first comes first.
func inOrder(t *testing.T, body []byte) []byte {
	t.Helper()
	var answer struct {
		Errors     []json.RawMessage `json:"errors,omitempty"`
		Data       json.RawMessage   `json:"data,omitempty"`
		Extensions json.RawMessage   `json:"extensions,omitempty"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(answer.Errors, func(a, b json.RawMessage) int { return strings.Compare(pathOf(a), pathOf(b)) })
	sorted, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	return sorted
}

func pathOf(err json.RawMessage) string {
	var at struct{ Path json.RawMessage }
	_ = json.Unmarshal(err, &at) // Without a path, all of them sort as one.
	return string(at.Path)
}

var (
	times = regexp.MustCompile(`"\d{4}-\d\d-\d\dT[^"]*Z"`)
	texts = regexp.MustCompile(`"[\w-]{20,}"`)
	drawn = regexp.MustCompile(`^[A-Z2-7]{26}$`) // As crypto/rand.Text draws keys.
)

// isNew reports whether a time is of this run, on whichever machine the database is.
func isNew(at time.Time) bool { return time.Since(at).Abs() < time.Hour }

// takeOutNew replaces the times at which the test ran, and the ids that it drew.
func takeOutNew(body []byte) []byte {
	body = times.ReplaceAllFunc(body, func(text []byte) []byte {
		if at, err := time.Parse(time.RFC3339, string(bytes.Trim(text, `"`))); err != nil || !isNew(at) {
			return text
		}
		return []byte(`"<now>"`)
	})
	return texts.ReplaceAllFunc(body, func(text []byte) []byte {
		id, err := relay.ParseID(string(bytes.Trim(text, `"`)))
		if err != nil || !drawn.MatchString(id.Key) {
			return text
		}
		return []byte(`"<new ` + id.Type + `>"`)
	})
}

// compareGolden fails the test if what was got is not what the file holds; with -update it writes the file.
func compareGolden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	gotLines, wantLines := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	title := ""
	for i, line := range gotLines {
		if strings.HasPrefix(line, "// ") {
			title = line
		}
		if i >= len(wantLines) || line != wantLines[i] {
			t.Fatalf("%s:%d differs, %s\ngot  %s\nwant %s\n(-update writes what is got)", file, i+1, title, line, append(wantLines, "nothing")[min(i, len(wantLines))])
		}
	}
	if len(wantLines) != len(gotLines) {
		t.Fatalf("%s: %d lines more are wanted", file, len(wantLines)-len(gotLines))
	}
}

// TestGoldenCoversTheRoots fails when a query or a mutation is in no golden file.
func TestGoldenCoversTheRoots(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/golden/*.graphql")
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]bool{}
	for _, file := range files {
		for _, r := range readGolden(t, file) {
			doc, err := parser.ParseQuery(&ast.Source{Input: r.document})
			if err != nil {
				continue // One of those that are refused for it.
			}
			for _, operation := range doc.Operations {
				for _, selection := range operation.SelectionSet {
					if f, ok := selection.(*ast.Field); ok {
						asked[string(operation.Operation)+" "+f.Name] = true
					}
				}
			}
		}
	}
	for _, root := range []*ast.Definition{schema.Query, schema.Mutation} {
		for _, f := range root.Fields {
			if name := strings.ToLower(root.Name) + " " + f.Name; !asked[name] && !strings.HasPrefix(f.Name, "__") {
				t.Errorf("no golden file asks for the %s", name)
			}
		}
	}
}
