package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"atelier/embedded"
)

// patience is how long a test waits for what must happen. It is generous: a loaded machine is no failure.
const patience = 2 * time.Minute

// asProgram makes the test binary the program itself, to be killed.
const asProgram = "RUN_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// call runs the program within the test, in an environment of these variables alone.
func call(t *testing.T, environment []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, environment, &out, &err)
	return code, out.String(), err.String()
}

// want calls the program and checks its code, and that what it prints holds these words, however its lines are broken.
func want(t *testing.T, code int, words []string, environment []string, args ...string) string {
	t.Helper()
	got, stdout, stderr := call(t, environment, args...)
	if got != code {
		t.Errorf("%v: code %d, want %d\n%s%s", args, got, code, stdout, stderr)
	}
	text := strings.Join(strings.Fields(stdout+stderr), " ")
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("%v: does not say %q:\n%s%s", args, word, stdout, stderr)
		}
	}
	return stdout
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ownFolder is a data folder that every user can reach: t.TempDir's is closed to others.
func ownFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "atelier-")
	must(t, err)
	must(t, os.Chmod(dir, 0o755))
	data := filepath.Join(dir, "data")
	t.Cleanup(func() {
		if err := errors.Join(embedded.Destroy(context.Background(), embedded.Options{Dir: data}), os.RemoveAll(dir)); err != nil {
			t.Error(err)
		}
	})
	return data
}

// process is the program, running.
type process struct {
	cmd    *exec.Cmd
	stderr *buffer
	lines  chan string // Of stdout; closed at its end.
	ended  chan struct{}
	how    error // How it ended, once it has.
}

// launch starts the program as a process of its own.
func launch(t *testing.T, environment []string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(os.Args[0], args...), stderr: &buffer{}, lines: make(chan string, 1000), ended: make(chan struct{})}
	p.cmd.Env = append([]string{asProgram + "=1", "PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir()}, environment...)
	p.cmd.Stderr = p.stderr
	stdout, err := p.cmd.StdoutPipe()
	must(t, err)
	must(t, p.cmd.Start())
	go p.read(stdout)
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // It fails if the process has ended, as it should have.
		<-p.ended
		if t.Failed() {
			t.Logf("stderr of %v:\n%s", args, p.stderr.String())
		}
	})
	return p
}

func (p *process) read(stdout io.Reader) {
	text, line := make([]byte, 4096), ""
	for {
		n, err := stdout.Read(text)
		line += string(text[:n])
		for {
			whole, rest, found := strings.Cut(line, "\n")
			if !found {
				break
			}
			p.lines <- whole
			line = rest
		}
		if err != nil {
			close(p.lines)
			p.how = p.cmd.Wait()
			close(p.ended)
			return
		}
	}
}

// says waits for a line of stdout with this beginning, and returns the rest of it.
func (p *process) says(t *testing.T, beginning string) string {
	t.Helper()
	timeout := time.After(patience)
	for {
		select {
		case line, more := <-p.lines:
			if rest, found := strings.CutPrefix(line, beginning); found {
				return strings.TrimSpace(rest)
			}
			if !more {
				t.Fatalf("it ended without saying %q:\n%s", beginning, p.stderr.String())
			}
		case <-timeout:
			t.Fatalf("it does not say %q:\n%s", beginning, p.stderr.String())
		}
	}
}

// end waits for the process to end, and returns how it did.
func (p *process) end(t *testing.T) error {
	t.Helper()
	select {
	case <-p.ended:
		return p.how
	case <-time.After(patience):
		t.Fatalf("it does not end:\n%s", p.stderr.String())
		return nil
	}
}

// buffer may be read while it is written.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// eventually polls until something holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for deadline := time.Now().Add(patience); !holds(); <-poll.C {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}
