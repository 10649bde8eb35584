package ground

import (
	"context"
	"fmt"
	"os"
	"strings"

	"atelier/bench/procs"
)

// Postmaster returns the process that all of PostgreSQL's descend from, and false where it is not to be seen: on another
// machine, or without /proc.
func (g *Ground) Postmaster(ctx context.Context) (pid int, seen bool) {
	var backend int
	if err := g.server.QueryRowContext(ctx, `SELECT pg_backend_pid()`).Scan(&backend); err != nil {
		return 0, false
	}
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", backend))
	if err != nil || !strings.HasPrefix(string(name), "postgres") {
		return 0, false
	}
	return procs.Parent(backend)
}
