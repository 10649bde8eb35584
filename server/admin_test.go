package server

import (
	"io"
	"net/http"
	"testing"
)

// TestProfiles serves profiles on an address of their own, and only if told.
func TestProfiles(t *testing.T) {
	t.Parallel()
	s := withRoutes(t, io.Discard, nil)
	must(t, s.startAdmin(t.Context()))
	if s.admin != nil {
		t.Fatal("profiles are served, and nobody has asked for that")
	}
	s.config.AdminAddr = "127.0.0.1:0"
	must(t, s.startAdmin(t.Context()))
	for path, want := range map[string]int{
		"http://" + s.admin.Addr + "/debug/pprof/heap?debug=1": http.StatusOK, "http://" + s.admin.Addr + "/graphql": http.StatusNotFound,
		s.URL() + "/debug/pprof/heap": http.StatusNotFound,
	} {
		response, err := http.Get(path)
		must(t, err)
		must(t, response.Body.Close())
		if response.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, response.StatusCode, want)
		}
	}
	must(t, s.Close())
	if _, err := http.Get("http://" + s.admin.Addr + "/debug/pprof/"); err == nil {
		t.Error("profiles are served after the end")
	}
}
