//go:build unix

package embedded

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
)

// process is a program that this one started.
type process struct {
	pid  int
	done chan struct{} // closed when it has ended and was waited for
	err  error         // how it ended; to be read after done
}

// start runs cmd on an OS thread of its own that lives as long as the program does: Linux sends Pdeathsig when the thread
// that started a program ends, not when the process does (golang.org/issue/27505).
func start(cmd *exec.Cmd) (*process, error) {
	p := &process{done: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := cmd.Start(); err != nil {
			started <- err
			return
		}
		p.pid = cmd.Process.Pid
		started <- nil
		p.err = cmd.Wait()
		close(p.done)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

func (p *process) hasEnded() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// command prepares a program of PostgreSQL's: as its account, in the cluster's folder, in a session of its own (a Ctrl-C in
// the terminal goes to us alone, and we stop it when we are ready). A deathSignal that is not 0 ends it with this process,
// where the system can do that.
func (h home) command(cmd *exec.Cmd, deathSignal syscall.Signal) *exec.Cmd {
	cmd.Dir = h.dir
	cmd.Env = plainEnvironment(os.Environ())
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	setDeathSignal(cmd.SysProcAttr, deathSignal)
	h.runs.apply(cmd)
	return cmd
}

// plainEnvironment is what PostgreSQL's programs see of the environment. Our own settings are secrets to their user; PG*
// variables would change what they do; and in the C locale their messages are the ones that we look for.
func plainEnvironment(all []string) []string {
	keep := []string{"LC_ALL=C"}
	for _, v := range all {
		name, _, _ := strings.Cut(v, "=")
		switch {
		case name == "PATH", name == "TMPDIR", strings.HasPrefix(name, "LD_"), strings.HasPrefix(name, "DYLD_"):
			keep = append(keep, v)
		}
	}
	return keep
}
