package auth

import (
	"context"
	"crypto/sha256"
	"strconv"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// counting returns a verifier on a clock of the test's for what it remembers, and how often it has looked at a signature.
func counting(t *testing.T, now *time.Time) (*Verifier, *int) {
	t.Helper()
	v, looked := newVerifier(t, VerifierConfig{}), new(int)
	find := v.key
	v.key = func(ctx context.Context, header map[string]any) (any, error) {
		*looked++
		return find(ctx, header)
	}
	v.known.now = func() time.Time { return *now }
	return v, looked
}

func TestATokenIsLookedAtOnce(t *testing.T) {
	now := time.Now()
	v, looked := counting(t, &now)
	token := hs256(t, nil)
	for _, step := range []struct {
		later time.Duration
		looks int
	}{{0, 1}, {time.Second, 1}, {58 * time.Second, 1}, {time.Second, 2}, {time.Second, 2}} {
		now = now.Add(step.later)
		if user, err := v.Verify(t.Context(), token); err != nil || user != "u1" {
			t.Fatalf("got %q, %v", user, err)
		}
		if *looked != step.looks {
			t.Errorf("looked %d times, want %d", *looked, step.looks)
		}
	}
}

func TestATokenIsNotRememberedBeyondItsEnd(t *testing.T) {
	now := time.Now()
	v, looked := counting(t, &now)
	token := hs256(t, jwt.MapClaims{"exp": in(20 * time.Second)})
	for _, later := range []time.Duration{0, 10 * time.Second, 11 * time.Second} {
		now = now.Add(later)
		if _, err := v.Verify(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	if *looked != 2 {
		t.Errorf("looked %d times, want 2: at first, and at its end", *looked)
	}
}

func TestOtherTokensAreNotTakenForIt(t *testing.T) {
	now := time.Now()
	v, _ := counting(t, &now)
	token := hs256(t, nil)
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	for _, other := range []string{token + "x", token[1:], token[:len(token)-1], token[:len(token)-4] + "AAAA"} {
		if user, err := v.Verify(t.Context(), other); err == nil {
			t.Errorf("%s is %s's", other, user)
		}
	}
	if len(v.known.tokens) != 1 {
		t.Errorf("%d tokens are remembered", len(v.known.tokens))
	}
}

func TestWhatIsRememberedIsBounded(t *testing.T) {
	now := time.Now()
	r := newRemembered()
	r.now = func() time.Time { return now }
	for i := range 3 * maxRemembered {
		r.add(sha256.Sum256([]byte(strconv.Itoa(i))), "u1", now.Add(time.Hour))
	}
	if n := len(r.tokens); n > maxRemembered || n < maxRemembered/2 {
		t.Errorf("%d tokens are remembered", n)
	}
	now = now.Add(2 * rememberedFor)
	for i := range maxRemembered {
		r.add(sha256.Sum256([]byte("later "+strconv.Itoa(i))), "u1", now.Add(time.Hour))
	}
	if _, ok := r.find(sha256.Sum256([]byte("later 0"))); !ok {
		t.Error("what is over is forgotten after what is not")
	}
}

func BenchmarkVerify(b *testing.B) {
	v, token := newVerifier(b, VerifierConfig{}), hs256(b, nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Verify(b.Context(), token); err != nil {
			b.Fatal(err)
		}
	}
}
