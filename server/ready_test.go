package server

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

// A database that has stopped answering, and those who wait for it for longer than they were told to, do not hold up /readyz.
func TestReadinessIsToldInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newReadiness(slog.New(slog.DiscardHandler))
		end := make(chan struct{})
		defer close(end)
		r.askFrom(func(context.Context) (string, error) {
			<-end
			return "", nil
		})
		start := time.Now()
		if reason := r.reasonNow(t.Context()); reason != silent {
			t.Errorf("the reason is %q", reason)
		}
		if took := time.Since(start); took != readyTimeout {
			t.Errorf("told after %v", took)
		}
	})
}
