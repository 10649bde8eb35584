package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"atelier/config"
	"atelier/demo"
)

func TestHelpIsComplete(t *testing.T) {
	t.Parallel()
	var words []string
	for _, s := range config.Settings() {
		words = append(words, s.Flag, "["+s.Variable+"]")
	}
	words = append(words, "serve", "migrate up", "migrate down", "migrate status", "migrate feed", "seed", "token", "schema", "doctor", "version",
		"Default 127.0.0.1:8080.", "Exit codes")
	want(t, exitDone, words, nil, "--help")
	want(t, exitDone, []string{"--users", "--tasks", "--chats", "--messages", "--random-seed", "--now"}, nil, "seed", "--help")
	want(t, exitDone, []string{"--user", "--email", "--role", "--ttl"}, nil, "token", "--help")
	want(t, exitDone, []string{"--to", "0 takes back everything"}, nil, "migrate", "down", "--help")
}

func TestHelpOfABrokenConfiguration(t *testing.T) {
	t.Parallel()
	want(t, exitDone, []string{"Usage: atelier"}, []string{"ADDR=nowhere", "ATELIER_ADDR=x", "DB_MAX_CONNS=many"}, "--help")
}

// TestWrongUse: each is told on one line that names what is wrong, and nothing is done.
func TestWrongUse(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		names       string
		environment []string
		args        []string
	}{
		{"--prot", nil, []string{"--prot=1"}},
		{"serv", nil, []string{"serv"}},
		{`"up", "down", "status"`, nil, []string{"migrate"}},
		{"--ttl", nil, []string{"token", "--role=admin", "--ttl=long"}},
		{"--ttl", nil, []string{"token", "--role=admin", "--ttl=1ms"}},
		{"--role", nil, []string{"token", "--role=king"}},
		{"--user", nil, []string{"token"}},
		{"--email", nil, []string{"token", "--email=a", "--role=admin"}},
		{"--users", nil, []string{"seed", "--users=many"}},
		{"--now", nil, []string{"seed", "--now=tomorrow"}},
		{"--to", nil, []string{"migrate", "down", "--to=-3"}},
		{"ADDR", []string{"ADDR=8080"}, []string{"version"}},
		{"ADDR", nil, []string{"--addr=8080", "serve"}},
		{"DB_MAX_CONNS", []string{"DB_MAX_CONNS=many"}, []string{"doctor"}},
		{"LOG_LEVEL", []string{"LOG_LEVEL=loud"}, nil},
		{"ATELIER_DIR", []string{"ATELIER_DIR=/tmp"}, []string{"version"}},
		{"JWT_SECRET", []string{"DATABASE_URL=postgres://127.0.0.1:1/none"}, nil},
	} {
		code, stdout, stderr := call(t, test.environment, test.args...)
		if code != exitUsage || stdout != "" {
			t.Errorf("%v %v: code %d, stdout %q", test.environment, test.args, code, stdout)
		}
		if !strings.HasPrefix(stderr, "atelier: ") || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, test.names) {
			t.Errorf("%v %v: stderr %q, which must name %s on one line", test.environment, test.args, stderr, test.names)
		}
	}
}

func TestSchemaIsTheFile(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("../../schema.graphqls")
	must(t, err)
	if got := want(t, exitDone, nil, nil, "schema"); got != string(file) {
		t.Errorf("it prints %d bytes, the file has %d", len(got), len(file))
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	if got := want(t, exitDone, nil, nil, "version"); !strings.HasPrefix(got, "atelier ") || strings.Count(got, "\n") != 1 {
		t.Errorf("got %q", got)
	}
}

// TestCommandsAreQuiet: what is printed is what was asked for, also while packages are being initialised.
func TestCommandsAreQuiet(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0], "version")
	cmd.Env = []string{asProgram + "=1"}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "atelier ") || strings.Count(string(out), "\n") != 1 {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestSeedHasTheSizeOfTheDemo(t *testing.T) {
	t.Parallel()
	size := demo.DefaultSize()
	help := want(t, exitDone, nil, nil, "seed", "--help")
	for flag, n := range map[string]string{"users": "200", "tasks": "20000", "chats": "2000", "messages": "20000"} {
		_, text, _ := strings.Cut(strings.Join(strings.Fields(help), " "), "--"+flag+"=")
		text, _, _ = strings.Cut(text, " --")
		if !strings.Contains(text, "Default "+n+".") {
			t.Errorf("--%s: no default of %s in\n%s", flag, n, help)
		}
	}
	if size != (demo.Size{Users: 200, Tasks: 20_000, Chats: 2_000, Messages: 20_000}) {
		t.Errorf("the demo makes %+v", size)
	}
}
