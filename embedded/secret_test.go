//go:build unix

package embedded

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestSecretIsFoundAgain(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(tempDir(t), "data")
	first, err := Secret(dir)
	must(t, err)
	again, err := Secret(dir)
	must(t, err)
	if first != again || len(first) != 43 {
		t.Errorf("got %q and then %q", first, again)
	}
	must(t, writeSecret(filepath.Join(dir, "secret"))) // by a process that has seen none
	if again, err = Secret(dir); again != first || err != nil {
		t.Errorf("the secret was %q and is %q (%v)", first, again, err)
	}
	other, err := Secret(filepath.Join(tempDir(t), "data"))
	must(t, err)
	if other == first {
		t.Error("two folders have the same secret")
	}
	info, err := os.Stat(filepath.Join(dir, "secret"))
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the secret has mode %v", info.Mode())
	}
}

func TestSecretIsMadeOnce(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(tempDir(t), "data")
	const processes, goroutines = 4, 8
	secrets := make(chan string, processes+goroutines)
	var all sync.WaitGroup
	for range processes {
		c := spawn(t, "secret", dir, nil)
		all.Go(func() { secrets <- c.says(t) })
	}
	for range goroutines {
		all.Go(func() {
			secret, err := Secret(dir)
			if err != nil {
				t.Error(err)
			}
			secrets <- secret + " <nil>"
		})
	}
	all.Wait()
	close(secrets)
	first := <-secrets
	for secret := range secrets {
		if secret != first {
			t.Errorf("got %q and %q", first, secret)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "secret-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestSecretTooShort(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	must(t, os.WriteFile(filepath.Join(dir, "secret"), []byte(strings.Repeat("x", secretBytes-1)+"\n"), 0o600))
	_, err := Secret(dir)
	if err == nil || !strings.Contains(err.Error(), "JWT_SECRET") || strings.Contains(err.Error(), "xxx") {
		t.Errorf("got error %v, want one that names JWT_SECRET and not the secret", err)
	}
}
