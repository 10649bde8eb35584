package auth

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"

	"atelier/domain"
)

// The private keys of the tests' issuer: making RSA keys takes a while.
var (
	rsaKey      = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	otherRSAKey = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	p256Key     = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) })
	p384Key     = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader)) })
	ed25519Key  = sync.OnceValue(func() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(make([]byte, 32)) })
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// issuer publishes what it is told to on loopback.
type issuer struct {
	*httptest.Server
	body    atomic.Pointer[string]
	fetches atomic.Int32
}

func newIssuer(t *testing.T, keys ...string) *issuer {
	t.Helper()
	s := &issuer{}
	s.publish(keys...)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		s.fetches.Add(1)
		_, _ = w.Write([]byte(*s.body.Load()))
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *issuer) publish(keys ...string) {
	body := `{"keys":[` + strings.Join(keys, ",") + `]}`
	s.body.Store(&body)
}

// jwk returns the JSON of a public key, or of a secret one if key is bytes.
func jwk(t *testing.T, key any, metadata jwkset.JWKMetadataOptions) string {
	t.Helper()
	_, isSecret := key.([]byte)
	key2, err := jwkset.NewJWKFromKey(key, jwkset.JWKOptions{
		Metadata: metadata,
		Marshal:  jwkset.JWKMarshalOptions{Private: isSecret},
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(key2.Marshal())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func withID(id string) jwkset.JWKMetadataOptions { return jwkset.JWKMetadataOptions{KID: id} }

func tokenBy(t *testing.T, method jwt.SigningMethod, key any, id string) string {
	t.Helper()
	return signed(t, method, key, claimsOf(nil), map[string]any{"kid": id})
}

func TestKeySetAlgorithms(t *testing.T) {
	set := []string{
		jwk(t, rsaKey().Public(), withID("rsa")), jwk(t, p256Key().Public(), withID("p256")),
		jwk(t, p384Key().Public(), withID("p384")), jwk(t, ed25519Key().Public(), withID("ed25519")),
	}
	url := newIssuer(t, set...).URL
	tests := []struct {
		algorithm string
		key       any
		id        string
	}{
		{"", rsaKey(), "rsa"}, {"RS256", rsaKey(), "rsa"}, {"RS512", rsaKey(), "rsa"}, {"PS256", rsaKey(), "rsa"},
		{"ES256", p256Key(), "p256"}, {"ES384", p384Key(), "p384"}, {"EdDSA", ed25519Key(), "ed25519"},
	}
	for _, test := range tests {
		t.Run(test.algorithm, func(t *testing.T) {
			verifier := newVerifier(t, VerifierConfig{JWKSURL: url, Algorithm: test.algorithm})
			token := tokenBy(t, jwt.GetSigningMethod(verifier.config.Algorithm), test.key, test.id)
			if id, err := verifier.Verify(t.Context(), token); err != nil || id != "u1" {
				t.Errorf("verified as %q, %v", id, err)
			}
		})
	}
}

// TestAlgorithmConfusion signs with what the issuer publishes, or with an algorithm that was not asked for.
func TestAlgorithmConfusion(t *testing.T) {
	public := rsaKey().Public()
	der := must(x509.MarshalPKIXPublicKey(public))
	published := jwk(t, public, withID("rsa"))
	url := newIssuer(t, published, jwk(t, secret, withID("secret")), jwk(t, p256Key().Public(), withID("p256"))).URL
	verifier := newVerifier(t, VerifierConfig{JWKSURL: url, Algorithm: "RS256"})
	forged := map[string]string{
		"PEM":             tokenBy(t, jwt.SigningMethodHS256, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), "rsa"),
		"DER":             tokenBy(t, jwt.SigningMethodHS256, der, "rsa"),
		"JWK":             tokenBy(t, jwt.SigningMethodHS256, []byte(published), "rsa"),
		"modulus":         tokenBy(t, jwt.SigningMethodHS256, rsaKey().N.Bytes(), "rsa"),
		"published":       tokenBy(t, jwt.SigningMethodHS256, secret, "secret"),
		"none":            tokenBy(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, "rsa"),
		"RS512":           tokenBy(t, jwt.SigningMethodRS512, rsaKey(), "rsa"),
		"PS256":           tokenBy(t, jwt.SigningMethodPS256, rsaKey(), "rsa"),
		"ES256":           tokenBy(t, jwt.SigningMethodES256, p256Key(), "p256"),
		"ES256, RSA's id": tokenBy(t, jwt.SigningMethodES256, p256Key(), "rsa"),
	}
	for name, token := range forged {
		t.Run(name, func(t *testing.T) { checkRefused(t, verifier, token, "the token is not signed with RS256") })
	}
	checkRefused(t, verifier, tokenBy(t, jwt.SigningMethodRS256, otherRSAKey(), "rsa"), "the token's signature does not hold")
}

// TestUnfitKeys publishes keys that were not meant for RS256, or are too weak, beside one that serves.
func TestUnfitKeys(t *testing.T) {
	weak := must(rsa.GenerateKey(rand.Reader, 1024))
	url := newIssuer(t,
		`{"kty":"RSA","kid":"broken","n":"AQAB"}`, `{"kty":"lattice","kid":"new"}`, `17`,
		jwk(t, weak.Public(), withID("weak")),
		jwk(t, otherRSAKey().Public(), jwkset.JWKMetadataOptions{KID: "RS512", ALG: jwkset.AlgRS512}),
		jwk(t, otherRSAKey().Public(), jwkset.JWKMetadataOptions{KID: "enc", USE: jwkset.UseEnc}),
		jwk(t, otherRSAKey().Public(), jwkset.JWKMetadataOptions{KID: "wrap", KEYOPS: []jwkset.KEYOPS{jwkset.KeyOpsWrapKey}}),
		jwk(t, rsaKey().Public(), jwkset.JWKMetadataOptions{KID: "good", ALG: jwkset.AlgRS256, USE: jwkset.UseSig}),
		jwk(t, otherRSAKey().Public(), withID("good")), // The first of an id counts.
	).URL
	verifier := newVerifier(t, VerifierConfig{JWKSURL: url})
	if _, err := verifier.Verify(t.Context(), tokenBy(t, jwt.SigningMethodRS256, rsaKey(), "good")); err != nil {
		t.Fatal(err)
	}
	const unpublished = "the token is signed with a key that its issuer does not publish"
	for _, id := range []string{"RS512", "enc", "wrap", "broken"} {
		t.Run(id, func(t *testing.T) {
			checkRefused(t, verifier, tokenBy(t, jwt.SigningMethodRS256, otherRSAKey(), id), unpublished)
		})
	}
	checkRefused(t, verifier, tokenBy(t, jwt.SigningMethodRS256, weak, "weak"), unpublished)
	checkRefused(t, verifier, tokenBy(t, jwt.SigningMethodRS256, otherRSAKey(), "good"), "the token's signature does not hold")
}

func TestKeyRotation(t *testing.T) {
	server := newIssuer(t, jwk(t, rsaKey().Public(), withID("old")))
	source := keySource{server.URL, jwt.SigningMethodRS256, keySetClient()}
	keys := newKeySet(source.fetcher(t.Context()), slog.New(slog.DiscardHandler))
	keys.gap = time.Nanosecond
	verifier := newVerifier(t, VerifierConfig{JWKSURL: server.URL})
	verifier.key = keys.find
	oldToken, newToken := tokenBy(t, jwt.SigningMethodRS256, rsaKey(), "old"), tokenBy(t, jwt.SigningMethodRS256, otherRSAKey(), "new")

	if _, err := verifier.Verify(t.Context(), oldToken); err != nil {
		t.Fatalf("before the rotation: %v", err)
	}
	checkRefused(t, verifier, newToken, "the token is signed with a key that its issuer does not publish")
	server.publish(jwk(t, otherRSAKey().Public(), withID("new")))
	if _, err := verifier.Verify(t.Context(), newToken); err != nil {
		t.Fatalf("after the rotation: %v", err)
	}
	if _, err := verifier.Verify(t.Context(), oldToken); err != nil {
		t.Errorf("a token that was just verified is remembered: %v", err)
	}
	verifier.known.now = func() time.Time { return time.Now().Add(rememberedFor) }
	checkRefused(t, verifier, oldToken, "the token is signed with a key that its issuer does not publish")
}

func TestTokensWithoutKeyID(t *testing.T) {
	token := signed(t, jwt.SigningMethodRS256, rsaKey(), claimsOf(nil), nil)
	server := newIssuer(t, jwk(t, rsaKey().Public(), withID("only")))
	verifier := newVerifier(t, VerifierConfig{JWKSURL: server.URL})
	if _, err := verifier.Verify(t.Context(), token); err != nil {
		t.Errorf("with one key: %v", err)
	}
	odd := signed(t, jwt.SigningMethodRS256, rsaKey(), claimsOf(nil), map[string]any{"kid": 7})
	checkRefused(t, verifier, odd, "the token's key id is not a string")

	server.publish(jwk(t, rsaKey().Public(), withID("one")), jwk(t, otherRSAKey().Public(), withID("two")))
	verifier = newVerifier(t, VerifierConfig{JWKSURL: server.URL})
	checkRefused(t, verifier, token, "the token is signed with a key that its issuer does not publish")
}

// TestFetchFailures gives answers that would serve, were it not for one thing each.
func TestFetchFailures(t *testing.T) {
	key := jwk(t, rsaKey().Public(), withID("rsa"))
	set := `{"keys":[` + key + `]}`
	answers := map[string]http.HandlerFunc{
		"status": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadGateway)
			_, _ = io.WriteString(w, set)
		},
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/keys" {
				http.Redirect(w, r, "/keys", http.StatusFound)
			}
			_, _ = io.WriteString(w, set)
		},
		"too long": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, set+strings.Repeat(" ", maxKeySetBytes))
		},
		"broken off": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, set)
			panic(http.ErrAbortHandler)
		},
		"not JSON":   func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, set[1:]) },
		"not a list": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"keys":`+key+`}`) },
		"no keys":    func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"keys":[]}`) },
	}
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(answer)
			defer server.Close()
			verifier := newVerifier(t, VerifierConfig{JWKSURL: server.URL})
			_, err := verifier.Verify(t.Context(), tokenBy(t, jwt.SigningMethodRS256, rsaKey(), "rsa"))
			if domain.CodeOf(err) != domain.Unavailable {
				t.Errorf("got %s: %v", domain.CodeOf(err), err)
			}
		})
	}
}

// scriptedKeys is a keySet whose fetches are counted and answered by the test.
func scriptedKeys(answer func(fetch int) (publicKeys, error)) (keys *keySet, fetches *atomic.Int32, log *bytes.Buffer) {
	fetches, log = &atomic.Int32{}, &bytes.Buffer{}
	fetch := func() (publicKeys, error) { return answer(int(fetches.Add(1))) }
	return newKeySet(fetch, slog.New(slog.NewTextHandler(log, nil))), fetches, log
}

func named(ids ...string) publicKeys {
	keys := publicKeys{}
	for _, id := range ids {
		keys[id] = crypto.PublicKey("key " + id)
	}
	return keys
}

func kid(id string) map[string]any { return map[string]any{"kid": id} }

func TestIssuerDownAtStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys, _, log := scriptedKeys(func(fetch int) (publicKeys, error) {
			if fetch < 3 {
				return nil, errors.New("connection refused")
			}
			return named("a"), nil
		})
		ctx, cancel := context.WithCancel(t.Context())
		go keys.run(ctx)
		synctest.Wait()
		if _, err := keys.find(t.Context(), kid("a")); domain.CodeOf(err) != domain.Unavailable {
			t.Errorf("while the issuer is down: %v", err)
		}
		advance(2*keySetGap + time.Second)
		if key, err := keys.find(t.Context(), kid("a")); err != nil || key != "key a" {
			t.Errorf("once the issuer is up: %v, %v", key, err)
		}
		if got := strings.Count(log.String(), "connection refused"); got != 2 {
			t.Errorf("the log has %d failures, want 2: %s", got, log)
		}
		cancel()
	})
}

func TestUnknownKeysAreLookedForSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys, fetches, _ := scriptedKeys(func(int) (publicKeys, error) { return named("a"), nil })
		for range 1000 {
			if _, err := keys.find(t.Context(), kid("unknown")); domain.CodeOf(err) != domain.InvalidToken {
				t.Fatal(err)
			}
		}
		if got := fetches.Load(); got != 1 {
			t.Errorf("%d fetches for 1000 tokens at once, want 1", got)
		}
		advance(keySetGap)
		_, _ = keys.find(t.Context(), kid("unknown"))
		if got := fetches.Load(); got != 2 {
			t.Errorf("%d fetches after the gap, want 2", got)
		}
	})
}

func TestKeysAreFetchedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys, fetches, _ := scriptedKeys(func(fetch int) (publicKeys, error) {
			return named([]string{"a", "b", "c"}[fetch-1]), nil
		})
		ctx, cancel := context.WithCancel(t.Context())
		go keys.run(ctx)
		advance(keySetAge - time.Second)
		if _, err := keys.find(t.Context(), kid("a")); err != nil || fetches.Load() != 1 {
			t.Errorf("before their age: %v after %d fetches", err, fetches.Load())
		}
		advance(2 * time.Second)
		if _, err := keys.lookup("a"); domain.CodeOf(err) != domain.InvalidToken {
			t.Errorf("a key that was withdrawn: %v", err)
		}
		cancel()
		advance(3 * keySetAge)
		if got := fetches.Load(); got != 2 {
			t.Errorf("%d fetches, and none was due after the end", got)
		}
	})
}

func TestIssuerDownLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys, _, _ := scriptedKeys(func(fetch int) (publicKeys, error) {
			if fetch > 1 {
				return nil, errors.New("connection refused")
			}
			return named("a"), nil
		})
		<-keys.refresh()
		advance(keySetGap)
		<-keys.refresh()
		if _, err := keys.find(t.Context(), kid("a")); err != nil {
			t.Errorf("a key from before: %v", err)
		}
		if _, err := keys.find(t.Context(), kid("b")); domain.CodeOf(err) != domain.Unavailable {
			t.Errorf("a key that may be new: %v", err)
		}
	})
}

// TestHangingUpSpendsNoFetch: a client who names an unknown key and leaves must not keep others from a new one.
func TestHangingUpSpendsNoFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys, fetches, _ := scriptedKeys(func(int) (publicKeys, error) {
			advance(time.Second)
			return named("a"), nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := keys.find(ctx, kid("a")); domain.CodeOf(err) != domain.Timeout {
			t.Errorf("the client who left got %v", err)
		}
		if _, err := keys.find(t.Context(), kid("a")); err != nil || fetches.Load() != 1 {
			t.Errorf("the next client got %v after %d fetches", err, fetches.Load())
		}
	})
}

// advance lets d pass, in the time of the bubble that it is called in, and what is due happen.
func advance(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}
