//go:build unix

package embedded

import (
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// defaultSettings suit a small server that shares its machine. What is not named is PostgreSQL's own default: durable.
var defaultSettings = map[string]string{
	"shared_buffers":  "128MB",
	"max_connections": "100",
	"timezone":        "UTC",
	"log_timezone":    "UTC",
	"cluster_name":    "atelier", // shown by ps
}

// launch starts PostgreSQL on the cluster, which it makes if it is absent, and returns without waiting until it is ready.
// One that is tied ends with this process. The caller holds start.lock, and nothing runs on the cluster.
func (h home) launch(ctx context.Context, o Options, tied bool) (*process, string, error) {
	b, err := h.prepare(ctx, o)
	if err != nil {
		return nil, "", err
	}
	h.clearCrash()
	socketDir, err := h.makeSocketDir(o.shortDirs)
	if err != nil {
		return nil, "", err
	}
	p, err := h.spawn(b, o.Settings, socketDir, tied)
	if err != nil {
		removeShort(socketDir)
	}
	return p, socketDir, err
}

// prepare finds the binaries and makes a new cluster.
func (h home) prepare(ctx context.Context, o Options) (binaries, error) {
	if err := h.runs.tryIn(h.dir); err != nil {
		return binaries{}, folderError("the user "+h.runs.name+" cannot reach the cluster's folder "+h.dir, h.dir, err)
	}
	major, err := h.majorVersion()
	if err != nil {
		return binaries{}, err
	}
	b, err := h.find(ctx, o, major)
	if err != nil || major != 0 {
		return b, err
	}
	return b, h.initialize(ctx, o, b)
}

func (h home) spawn(b binaries, settings map[string]string, socketDir string, tied bool) (*process, error) {
	log, err := h.openLog()
	if err != nil {
		return nil, folderError("open the log "+h.log(), h.log(), err)
	}
	defer log.Close()
	var deathSignal syscall.Signal
	if tied {
		deathSignal = syscall.SIGINT // fast shutdown
	}
	cmd := exec.Command(filepath.Join(b.dir, "postgres"), serverArgs(h.data(), socketDir, settings)...)
	cmd = h.command(cmd, deathSignal)
	cmd.Stdout, cmd.Stderr = log, log
	p, err := start(cmd)
	if err != nil {
		return nil, &Error{Kind: ErrStart, What: "run " + cmd.Path, Hint: "Check the installation of PostgreSQL, " + orDatabaseURL, Cause: err}
	}
	return p, nil
}

func serverArgs(data, socketDir string, settings map[string]string) []string {
	all := map[string]string{}
	for _, layer := range []map[string]string{defaultSettings, settings, {
		"listen_addresses":        "",
		"port":                    socketPort,
		"unix_socket_directories": `"` + strings.ReplaceAll(socketDir, `"`, `""`) + `"`,
		"unix_socket_permissions": "0700",
		"logging_collector":       "off",
		"log_destination":         "stderr",
	}} {
		maps.Copy(all, layer)
	}
	args := []string{"-D", data}
	for name, value := range all {
		args = append(args, "--"+name+"="+value)
	}
	slices.Sort(args[2:])
	return args
}

// openLog begins a new log and keeps one old one, so that starts do not pile up.
func (h home) openLog() (*os.File, error) {
	if err := os.Rename(h.log(), h.log()+".1"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	return openOwned(h.log(), os.O_WRONLY|os.O_CREATE|os.O_APPEND)
}

// startError explains a postmaster that ended before it was ready, by the end of its log.
func (h home) startError(p *process) error {
	said := errors.New(h.logTail())
	for _, err := range []error{said, h.tryWrite()} { // on a full disk the log says nothing
		if isFull(err) {
			return fullError("start PostgreSQL", h.dir, err)
		}
	}
	what := "PostgreSQL ended before it was ready"
	if p.err != nil {
		what += " (" + p.err.Error() + ")"
	}
	return &Error{
		Kind:  ErrStart,
		What:  what,
		Hint:  "Mend what it says (its log: " + h.log() + "), set ATELIER_DATA to another folder, " + orDatabaseURL,
		Cause: said,
	}
}

// tryWrite writes a little into the cluster's data, as its account: root may have blocks in reserve, and quotas are a user's.
func (h home) tryWrite() error {
	const script = `head -c 65536 /dev/zero >"$1"; failed=$?; rm -f "$1"; exit $failed`
	cmd := h.command(exec.Command("/bin/sh", "-c", script, "sh", filepath.Join(h.data(), "try")), 0)
	if said, err := cmd.CombinedOutput(); err != nil {
		return errors.New(strings.TrimSpace(string(said)))
	}
	return nil
}

// logTailBytes is how much of the log an error quotes.
const logTailBytes = 2000

func (h home) logTail() string {
	f, err := os.Open(h.log())
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > logTailBytes {
		_, _ = f.Seek(-logTailBytes, io.SeekEnd)
	}
	text, _ := io.ReadAll(f)
	return strings.TrimSpace(string(text))
}
