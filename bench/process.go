package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"atelier/bench/procs"
	"atelier/config"
)

// process is a server under load.
type process struct {
	name string
	cmd  *exec.Cmd
	host string // host:port
	log  *tail
	done chan struct{}
}

// stopLimit is how long a server may take to stop.
const stopLimit = 20 * time.Second

// start runs this program with these arguments, and with these settings and no others, until it says where it listens.
func start(ctx context.Context, name string, settings map[string]string, args ...string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	p := &process{name: name, log: &tail{}, done: make(chan struct{})}
	p.cmd = exec.CommandContext(ctx, self, args...)
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	p.cmd.WaitDelay = stopLimit
	p.cmd.Env = environment(settings)
	p.cmd.Stderr = p.log
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	found := make(chan string, 1)
	go p.watch(stdout, found)
	select {
	case p.host = <-found:
		return p, nil
	case <-p.done:
		return nil, errors.Join(ctx.Err(), fmt.Errorf("%s ended before it listened: %s", name, p.log))
	}
}

// environment is this process's, without what would be a setting, and with these.
func environment(settings map[string]string) []string {
	ours := map[string]bool{"GOGC": true, "GOMEMLIMIT": true}
	for _, s := range config.Settings() {
		ours[s.Variable] = true
	}
	inherited := slices.DeleteFunc(os.Environ(), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return ours[name]
	})
	for name, value := range settings {
		inherited = append(inherited, name+"="+value)
	}
	return inherited
}

var address = regexp.MustCompile(`http://[^/\s]+`)

// watch looks for the first address that the process prints, and reads on so that it never waits for a reader.
func (p *process) watch(stdout io.Reader, found chan<- string) {
	lines := bufio.NewScanner(stdout)
	for told := false; lines.Scan(); {
		if at := address.FindString(lines.Text()); at != "" && !told {
			u, err := url.Parse(at)
			if err == nil {
				found <- u.Host
				told = true
			}
		}
	}
	_ = p.cmd.Wait() // How it ended is told by whoever stopped it.
	close(p.done)
}

// stop ends the process and waits for it.
func (p *process) stop() {
	if p == nil {
		return
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // It fails if it has ended already.
	select {
	case <-p.done:
	case <-time.After(stopLimit):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

func (p *process) cpu() (time.Duration, bool) { return procs.CPU(p.cmd.Process.Pid) }

// tail keeps the end of what is written to it.
type tail struct{ text []byte }

const tailBytes = 4 << 10

// Write implements io.Writer; exec writes from one goroutine.
func (t *tail) Write(p []byte) (int, error) {
	t.text = append(t.text, p...)
	t.text = t.text[max(0, len(t.text)-tailBytes):]
	return len(p), nil
}

// String is read after the process has ended.
func (t *tail) String() string { return strings.TrimSpace(string(t.text)) }
