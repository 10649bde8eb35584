// Package redistest gives tests a Redis of their own: a redis-server where one is installed, which may be killed, stopped and filled,
// and else one in memory (miniredis), which may only be away.
package redistest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// Server is a Redis, which ends with the test.
type Server struct {
	t       testing.TB
	address string
	dir     string
	flags   []string
	process *exec.Cmd // Nil while it is down, and for one in memory.
	memory  *miniredis.Miniredis
}

// Installed reports whether there is a redis-server to be had.
func Installed() bool {
	_, err := exec.LookPath("redis-server")
	return err == nil
}

// Require skips a test that needs a redis-server where none is installed.
func Require(t testing.TB) {
	t.Helper()
	if !Installed() {
		t.Skip("redis-server is not installed")
	}
}

// Start starts a Redis with flags such as "--maxmemory", "3mb".
func Start(t testing.TB, flags ...string) *Server {
	t.Helper()
	s := Reserve(t, flags...)
	s.Up()
	return s
}

// Reserve is Start for a Redis that is down at first.
func Reserve(t testing.TB, flags ...string) *Server {
	t.Helper()
	s := &Server{t: t, dir: t.TempDir(), flags: flags, address: freeAddress(t)}
	t.Cleanup(s.Kill)
	return s
}

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// Address is HOST:PORT.
func (s *Server) Address() string { return s.address }

// URL is the address for REDIS_URL.
func (s *Server) URL() string { return "redis://" + s.address }

// Up starts a Redis that is down, with what Save has left, and returns once it answers.
func (s *Server) Up() {
	s.t.Helper()
	if !Installed() {
		s.upInMemory()
		return
	}
	_, port, err := net.SplitHostPort(s.address)
	if err != nil {
		s.t.Fatal(err)
	}
	args := append([]string{"--bind", "127.0.0.1", "--port", port, "--dir", s.dir, "--save", "", "--appendonly", "no"}, s.flags...)
	s.process = exec.Command("redis-server", args...)
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.await()
}

func (s *Server) upInMemory() {
	s.t.Helper()
	if s.memory != nil {
		if err := s.memory.Restart(); err != nil {
			s.t.Fatal(err)
		}
		s.memory.FlushAll() // As one that was killed.
		return
	}
	s.memory = miniredis.NewMiniRedis()
	if err := s.memory.StartAddr(s.address); err != nil {
		s.t.Fatal(err)
	}
}

func (s *Server) await() {
	s.t.Helper()
	client := s.Client()
	deadline := time.Now().Add(20 * time.Second)
	for client.Ping(context.Background()).Err() != nil {
		if time.Now().After(deadline) {
			s.t.Fatalf("redis-server does not answer at %s", s.address)
		}
		time.Sleep(5 * time.Millisecond) //nolint:forbidigo // There is nothing to wait on in another process but time.
	}
}

// Client returns a patient client, which ends with the test.
func (s *Server) Client() *redis.Client {
	client := redis.NewClient(&redis.Options{Addr: s.address})
	s.t.Cleanup(func() { _ = client.Close() })
	return client
}

// Kill ends it at once; what it held is lost, but for what Save has left.
func (s *Server) Kill() {
	if s.memory != nil {
		s.memory.Close()
		return
	}
	if s.process == nil {
		return
	}
	_ = s.process.Process.Signal(syscall.SIGCONT)
	_ = s.process.Process.Kill()
	_ = s.process.Wait() // Killed.
	s.process = nil
}

// Freeze stops it as a black hole would: connections stand, nothing answers.
func (s *Server) Freeze() { s.signal(syscall.SIGSTOP) }

// Thaw lets it go on.
func (s *Server) Thaw() { s.signal(syscall.SIGCONT) }

func (s *Server) signal(sig os.Signal) {
	s.t.Helper()
	if err := s.process.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

// Save writes what it holds to where Up finds it.
func (s *Server) Save() {
	s.t.Helper()
	if err := s.Client().Save(context.Background()).Err(); err != nil {
		s.t.Fatal(err)
	}
}

// Forget takes away what Save has left.
func (s *Server) Forget() { _ = os.Remove(s.dir + "/dump.rdb") }

// Limit bounds its memory to what it takes now and so much more; what exceeds that is refused (noeviction).
func (s *Server) Limit(more int64) {
	s.t.Helper()
	client, ctx := s.Client(), context.Background()
	info := client.InfoMap(ctx, "memory").Val()["Memory"]
	used, err := strconv.ParseInt(info["used_memory"], 10, 64)
	if err != nil {
		s.t.Fatal(err)
	}
	s.Configure("maxmemory-policy", "noeviction")
	s.Configure("maxmemory", fmt.Sprint(used+more))
}

// Configure changes a setting.
func (s *Server) Configure(name, value string) {
	s.t.Helper()
	if err := s.Client().ConfigSet(context.Background(), name, value).Err(); err != nil {
		s.t.Fatal(err)
	}
}
