package server

import (
	"log/slog"
	"strings"
	"testing"

	"atelier/auth"
	"atelier/config"
)

// TestConfigKnowsWhatAuthAccepts: config is a leaf, and so says again what auth says.
func TestConfigKnowsWhatAuthAccepts(t *testing.T) {
	t.Parallel()
	base := config.Default()
	if base.JWTClaim != auth.DefaultClaim || base.JWTLeeway != auth.DefaultLeeway {
		t.Errorf("the defaults differ: %s, %v", base.JWTClaim, base.JWTLeeway)
	}
	for _, algorithm := range []string{
		"", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "HS256", "HS512", "none",
	} {
		c := base
		c.JWKSURL, c.JWTAlgorithm = "http://127.0.0.1:1/keys", algorithm
		agree(t, "JWKS_URL and JWT_ALGORITHM="+algorithm, c)
		c.JWKSURL, c.JWTSecret = "", secret
		agree(t, "JWT_SECRET and JWT_ALGORITHM="+algorithm, c)
	}
	for _, claim := range []string{"sub", "user.id", "iss", "aud", "exp", "nbf", "iat"} {
		c := base
		c.JWTSecret, c.JWTClaim = secret, claim
		agree(t, "JWT_CLAIM="+claim, c)
	}
	for length := range auth.MinSecretBytes + 2 {
		c := base
		c.JWTSecret = config.Secret(strings.Repeat("x", max(length, 1)))
		agree(t, "JWT_SECRET="+string(c.JWTSecret), c)
	}
	for _, url := range []config.Address{"keys", "file:///keys", "https://", "https://issuer"} {
		c := base
		c.JWKSURL = url
		agree(t, "JWKS_URL="+string(url), c)
	}
}

func agree(t *testing.T, what string, c config.Config) {
	t.Helper()
	inConfig := c.Check()
	v, err := verifierConfig(c, slog.New(slog.DiscardHandler))
	if err == nil {
		_, err = auth.NewVerifier(t.Context(), v)
	}
	if (inConfig == nil) != (err == nil) {
		t.Errorf("%s: config says %v, auth says %v", what, inConfig, err)
	}
}

func TestNoLeewayIsNone(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.JWTSecret, c.JWTLeeway = secret, 0
	if v, err := verifierConfig(c, nil); err != nil || v.Leeway >= 0 {
		t.Errorf("leeway %v, %v", v.Leeway, err)
	}
}

func TestWhoCannotSign(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.JWKSURL = "https://issuer/keys"
	if _, err := Signer(c); err == nil || !strings.Contains(err.Error(), "JWKS_URL") {
		t.Error(err)
	}
	c.JWKSURL, c.DatabaseURL = "", "host=db"
	if _, err := Signer(c); err == nil || !strings.Contains(err.Error(), "JWT_SECRET") {
		t.Error(err)
	}
}

func TestTokensFollowTheSettings(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.JWTSecret, c.JWTClaim, c.JWTIssuer, c.JWTAudience = secret, "uid", "me", "you"
	v, err := verifierConfig(c, slog.New(slog.DiscardHandler))
	must(t, err)
	verifier, err := auth.NewVerifier(t.Context(), v)
	must(t, err)
	if user, err := verifier.Verify(t.Context(), tokenOf(t, c, "ada")); user != "ada" {
		t.Errorf("got %s, %v", user, err)
	}
}
