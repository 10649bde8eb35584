package bench

import (
	"context"
	"os"
	"time"

	"atelier/bench/procs"
)

// window is a while of load on one server, and what it cost.
type window struct {
	sample
	serverCPU, databaseCPU time.Duration // Unseen where they cannot be seen.
	generatorCPU           time.Duration
	before, after          figures
}

// per is how much a metric grew for each request.
func (w window) per(metric string) float64 {
	return (w.after.sum(metric) - w.before.sum(metric)) / float64(w.requests())
}

// subject is a server with what measures it.
type subject struct {
	*process
	generator
	postmaster int // 0 where it cannot be seen.
}

const unseen = time.Duration(-1)

// measure loads the server for a while with the requests that the seed draws. Reading its metrics is outside of what is measured.
func (s *subject) measure(ctx context.Context, o operation, connections int, duration time.Duration, seed int) (w window, err error) {
	if w.before, err = s.scrape(ctx); err != nil {
		return w, err
	}
	own, ownSeen := procs.CPU(os.Getpid())
	server, serverSeen := s.cpu()
	database, databaseSeen := s.databaseCPU()
	if w.sample, err = s.run(ctx, o, connections, duration, seed); err != nil {
		return w, err
	}
	w.serverCPU, w.databaseCPU, w.generatorCPU = unseen, unseen, unseen
	if now, seen := procs.CPU(os.Getpid()); seen && ownSeen {
		w.generatorCPU = now - own
	}
	if now, seen := s.cpu(); seen && serverSeen {
		w.serverCPU = now - server
	}
	if now, seen := s.databaseCPU(); seen && databaseSeen {
		w.databaseCPU = now - database
	}
	w.after, err = s.scrape(ctx)
	return w, err
}

func (s *subject) databaseCPU() (time.Duration, bool) {
	if s.postmaster == 0 {
		return 0, false
	}
	return procs.FamilyCPU(s.postmaster)
}
