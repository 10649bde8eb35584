package auth

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	// DefaultClaim is the claim that holds the user id where no other is configured.
	DefaultClaim = "sub"
	// DefaultAlgorithm is how the keys of a JWKS sign where nothing else is configured.
	DefaultAlgorithm = "RS256"
	// DefaultLeeway is by how much the issuer's clock may differ from ours where nothing else is configured.
	DefaultLeeway = 30 * time.Second
	// MinSecretBytes is the shortest secret for HS256: as long as its hash (RFC 7518, 3.2).
	MinSecretBytes = 32
)

// VerifierConfig says which tokens hold. Exactly one of Secret and JWKSURL is given: what a token says of its own
// algorithm chooses neither the algorithm nor the key's kind.
type VerifierConfig struct {
	// Secret is the key of HS256, at least MinSecretBytes long.
	Secret []byte
	// JWKSURL is where the issuer publishes its public keys, http or https. It is asked when the verifier starts, every
	// 15 minutes, and, at most every 10 seconds, when a token names a key that is not known. Redirects are not followed.
	// SECURITY: plain http is for networks where nobody can answer in the issuer's place.
	JWKSURL string
	// Algorithm is the one algorithm of the JWKS' keys: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512
	// or EdDSA; DefaultAlgorithm if empty. With a Secret it is HS256, or empty.
	Algorithm string

	// Claim is the name of the top-level claim that holds the user id, taken literally: a dot in it leads nowhere.
	// DefaultClaim if empty.
	Claim string
	// Leeway is by how much exp and nbf may be missed. DefaultLeeway if zero, none if negative.
	Leeway time.Duration
	// Issuer is what iss must be; empty admits any, and none.
	Issuer string
	// Audience is what aud must be or contain; empty admits any, and none.
	Audience string

	// Log hears when the JWKS, or the role of a user, cannot be read; nil for nobody.
	Log *slog.Logger
}

// NewVerifier returns a verifier of the tokens that config describes, or an error that says what in config does not
// hold.
//
// It does not wait for the JWKS: a server may start before its issuer does. Until the keys have been had once, Verify
// waits for the fetch under way and then answers UNAVAILABLE; later failures leave the keys that were had last.
// Fetching ends with ctx.
func NewVerifier(ctx context.Context, config VerifierConfig) (*Verifier, error) {
	config = config.withDefaults()
	if err := config.check(); err != nil {
		return nil, err
	}
	return &Verifier{config, jwt.NewParser(config.parserOptions()...), config.keyFinder(ctx), newRemembered()}, nil
}

func (c VerifierConfig) withDefaults() VerifierConfig {
	if c.Algorithm == "" && c.JWKSURL != "" {
		c.Algorithm = DefaultAlgorithm
	}
	if c.Algorithm == "" {
		c.Algorithm = jwt.SigningMethodHS256.Alg()
	}
	if c.Claim == "" {
		c.Claim = DefaultClaim
	}
	if c.Leeway == 0 {
		c.Leeway = DefaultLeeway
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Leeway = max(c.Leeway, 0)
	c.Secret = bytes.Clone(c.Secret)
	return c
}

// keySetAlgorithms are the asymmetric ones: with any other, what the issuer publishes would let everyone sign.
var keySetAlgorithms = []string{
	"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
}

func (c VerifierConfig) check() error {
	if err := checkClaimName(c.Claim); err != nil {
		return err
	}
	switch {
	case len(c.Secret) > 0 && c.JWKSURL != "":
		return errors.New("tokens are verified by a secret or by a JWKS, not by both")
	case c.JWKSURL != "":
		return c.checkKeySet()
	case c.Algorithm != jwt.SigningMethodHS256.Alg():
		return fmt.Errorf("a JWT secret is for HS256, not for %q", c.Algorithm)
	}
	return checkSecret(c.Secret)
}

func (c VerifierConfig) checkKeySet() error {
	if !slices.Contains(keySetAlgorithms, c.Algorithm) {
		return fmt.Errorf("the algorithm of a JWKS is one of %s, not %q", strings.Join(keySetAlgorithms, ", "), c.Algorithm)
	}
	u, err := url.Parse(c.JWKSURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return errors.New("the JWKS URL must be an absolute http or https URL") // Not echoed: it may hold a password.
	}
	return nil
}

func checkSecret(secret []byte) error {
	if len(secret) < MinSecretBytes {
		return fmt.Errorf("the JWT secret has %d bytes, and needs at least %d", len(secret), MinSecretBytes)
	}
	return nil
}

// checkClaimName refuses the claims that mean something else (RFC 7519, 4.1).
func checkClaimName(claim string) error {
	if slices.Contains([]string{"iss", "aud", "exp", "nbf", "iat"}, claim) {
		return fmt.Errorf("the claim %q cannot hold the user id", claim)
	}
	return nil
}

func (c VerifierConfig) parserOptions() []jwt.ParserOption {
	options := []jwt.ParserOption{
		jwt.WithValidMethods([]string{c.Algorithm}),
		jwt.WithExpirationRequired(),
		jwt.WithLeeway(c.Leeway),
		jwt.WithStrictDecoding(),
	}
	if c.Issuer != "" {
		options = append(options, jwt.WithIssuer(c.Issuer))
	}
	if c.Audience != "" {
		options = append(options, jwt.WithAudience(c.Audience))
	}
	return options
}

func (c VerifierConfig) keyFinder(ctx context.Context) keyFinder {
	if c.JWKSURL == "" {
		return func(context.Context, map[string]any) (any, error) { return c.Secret, nil }
	}
	keys := newKeySet(keySource{c.JWKSURL, jwt.GetSigningMethod(c.Algorithm), keySetClient()}.fetcher(ctx), c.Log)
	go keys.run(ctx)
	return keys.find
}

// requiredClaims names the claims that a token cannot do without, the user's aside.
func (c VerifierConfig) requiredClaims() string {
	claims := []string{"exp"}
	if c.Issuer != "" {
		claims = append(claims, "iss")
	}
	if c.Audience != "" {
		claims = append(claims, "aud")
	}
	return strings.Join(claims, ", ")
}
