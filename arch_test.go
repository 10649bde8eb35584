package atelier_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// mayImport says which rooms of the house each room may import, besides the rooms within itself. A package belongs to the
// room with the longest name that begins its path. docs/architecture.md tells why.
var mayImport = map[string]string{
	"":                "", // The schema as a text.
	"domain":          "",
	"config":          "",
	"metrics":         "",
	"edge":            "",
	"ratelimit":       "",
	"embedded":        "",
	"migrations":      "",
	"web":             "",
	"version":         "",
	"exec":            "",       // Knows gqlgen, and nothing of ours.
	"cache":           "domain", // Is given functions that load.
	"relay":           "domain",
	"auth":            "domain",
	"events":          "domain",
	"store":           "domain",
	"store/storetest": "migrations embedded",
	"demo":            "domain store",
	"tasks":           "domain store",
	"graph":           "domain relay auth exec cache",
	"loaders":         "domain relay store cache",
	"resolvers":       "domain relay auth graph loaders store events tasks cache",
	"server":          "domain relay auth graph resolvers loaders store events tasks demo migrations embedded config metrics edge ratelimit cache web version",
	"cmd":             " domain relay auth server store demo migrations embedded config version bench",
	"bench":           "domain relay auth demo config version bench/before bench/limit bench/ground bench/procs",
	"bench/before":    "auth metrics bench/connect",
	"bench/limit":     "domain relay auth bench/connect", // It is measured against the rest, so it shares none of it.
	"bench/ground":    "demo embedded migrations bench/connect bench/procs",
	"bench/connect":   "",
	"bench/procs":     "",
}

// mustNotKnow are the packages that a room must not come by in any way, directly or through others.
var mustNotKnow = map[string][]string{
	"relay":      {graphQL, sqlDrivers},
	"auth":       {graphQL, sqlDrivers},
	"events":     {graphQL, sqlDrivers},
	"store":      {graphQL},
	"loaders":    {graphQL},
	"tasks":      {graphQL},
	"migrations": {graphQL},
	"demo":       {graphQL},
	"exec":       {sqlDrivers},
	"edge":       {graphQL, sqlDrivers},
}

const (
	graphQL    = `^github\.com/(99designs/gqlgen|vektah/gqlparser)`
	sqlDrivers = `^(database/sql$|github\.com/(lib/pq|jmoiron/sqlx))`
)

// speakSQL are the rooms that may open a database.
var speakSQL = []string{
	"store", "store/storetest", "migrations",
	"embedded", // Asks its server whether it is ready, and makes the database that is used.
	"metrics",  // Shows the statistics of a pool, and sends nothing through it.

	"bench/before", "bench/limit", "bench/connect", // Fixtures of the benchmark, which must not use the store.
	"bench/ground", // Makes the benchmark's databases.
}

// pkg is a package in the build.
type pkg struct {
	imports  []string
	standard bool
}

// house returns all packages of the program and all that they need, by path.
func house(t *testing.T) map[string]pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", "-f", "{{.ImportPath}}\t{{.Standard}}\t{{join .Imports \" \"}}", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	all := map[string]pkg{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		all[fields[0]] = pkg{strings.Fields(fields[2]), fields[1] == "true"}
	}
	if _, found := all["atelier/domain"]; !found {
		t.Fatalf("go list shows no domain:\n%s", out)
	}
	return all
}

// roomOf returns the room of a package, and whether it is one of ours.
func roomOf(path string) (room string, ours bool) {
	path, ours = strings.CutPrefix(path+"/", "atelier/")
	for candidate := range mayImport {
		if strings.HasPrefix(path, candidate+"/") && len(candidate) > len(room) {
			room = candidate
		}
	}
	return room, ours
}

func TestRoomsImportWhatTheyMay(t *testing.T) {
	t.Parallel()
	for path, p := range house(t) {
		from, ours := roomOf(path)
		if !ours {
			continue
		}
		if from == "" && path != "atelier" {
			t.Errorf("%s is a new room: say here what it may import", path)
		}
		for _, imported := range p.imports {
			to, ours := roomOf(imported)
			allowed := to == from || slices.Contains(strings.Split(mayImport[from], " "), to)
			if ours && !allowed {
				t.Errorf("%s must not import %s", path, imported)
			}
			if !ours && matches(sqlDrivers, imported) && !slices.Contains(speakSQL, from) {
				t.Errorf("%s must not import %s: SQL is spoken in store/ and migrations/", path, imported)
			}
		}
	}
}

func TestRoomsDoNotKnowWhatTheyMustNot(t *testing.T) {
	t.Parallel()
	all := house(t)
	for path := range all {
		room, ours := roomOf(path)
		if !ours {
			continue
		}
		for need := range needs(all, path) {
			if room == "domain" && !all[need].standard && need != path {
				t.Errorf("%s needs %s: domain is built on the standard library alone", path, need)
			}
			for _, pattern := range mustNotKnow[room] {
				if matches(pattern, need) {
					t.Errorf("%s comes by %s", path, need)
				}
			}
		}
	}
}

// needs returns all that a package is built from, itself included.
func needs(all map[string]pkg, path string) map[string]bool {
	found, open := map[string]bool{path: true}, []string{path}
	for len(open) > 0 {
		next := open[0]
		open = open[1:]
		for _, imported := range all[next].imports {
			if !found[imported] {
				found[imported] = true
				open = append(open, imported)
			}
		}
	}
	return found
}

// statement is what SQL in a string looks like; keywords are upper case everywhere in this program.
var statement = regexp.MustCompile(`\b(SELECT\s[^.]|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|TRUNCATE\s|COPY\s+\S+\s*\(|` +
	`(CREATE|ALTER|DROP)\s+(TABLE|INDEX|UNIQUE|FUNCTION|TRIGGER|TYPE)\s)`)

func TestSQLStandsInStoreAndMigrations(t *testing.T) {
	t.Parallel()
	seen := 0
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (strings.HasPrefix(entry.Name(), ".") && path != "." || entry.Name() == "node_modules"):
			return filepath.SkipDir
		case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		seen++
		if room, _ := roomOf("atelier/" + filepath.ToSlash(filepath.Dir(path))); slices.Contains(speakSQL, room) {
			return nil
		}
		return eachText(path, func(position token.Position, text string) {
			if statement.MatchString(text) {
				t.Errorf("%s: SQL stands in store/ and migrations/ only: %.60s", position, text)
			}
		})
	})
	if err != nil || seen < 50 {
		t.Errorf("looked at %d files: %v", seen, err)
	}
}

// eachText calls look for every string in a Go file.
func eachText(path string, look func(token.Position, string)) error {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, 0)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			look(files.Position(literal.Pos()), literal.Value)
		}
		return true
	})
	return nil
}

func matches(pattern, path string) bool {
	found, err := regexp.MatchString(pattern, path)
	return err == nil && found
}
