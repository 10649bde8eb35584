package auth

import (
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"atelier/domain"
)

func TestSignedTokensVerify(t *testing.T) {
	tests := map[string]struct {
		signer Signer
		config VerifierConfig
	}{
		"plain":           {Signer{Secret: secret}, VerifierConfig{}},
		"claim":           {Signer{Secret: secret, Claim: "uid"}, VerifierConfig{Claim: "uid"}},
		"issuer":          {Signer{Secret: secret, Issuer: "us"}, VerifierConfig{Issuer: "us"}},
		"audience":        {Signer{Secret: secret, Audience: "here"}, VerifierConfig{Audience: "here"}},
		"without leeway":  {Signer{Secret: secret}, VerifierConfig{Leeway: -1}},
		"everything said": {Signer{secret, "uid", "us", "here"}, VerifierConfig{Claim: "uid", Issuer: "us", Audience: "here"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			token, err := test.signer.Sign("u1", time.Minute, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if id, err := newVerifier(t, test.config).Verify(t.Context(), token); err != nil || id != "u1" {
				t.Errorf("verified as %q, %v", id, err)
			}
		})
	}
}

func TestSignedTokensSayNoMore(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	token, err := Sign(secret, "u1", "", time.Hour, now)
	if err != nil {
		t.Fatal(err)
	}
	claims := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(token, claims); err != nil {
		t.Fatal(err)
	}
	if len(claims) != 3 || claims["sub"] != "u1" || claims["iat"] != 1.7e9 || claims["exp"] != 1.7e9+3600 {
		t.Errorf("the token says %v", claims)
	}
	checkRefused(t, newVerifier(t, VerifierConfig{}), token, "the token has expired")
}

func TestSignRefuses(t *testing.T) {
	tests := map[string]struct {
		secret      []byte
		user, claim string
		ttl         time.Duration
		want        string
	}{
		"short secret":  {secret[:31], "u1", "", time.Hour, "31 bytes"},
		"no user":       {secret, "", "", time.Hour, "is empty"},
		"over-long id":  {secret, strings.Repeat("u", 201), "", time.Hour, "is too long"},
		"taken claim":   {secret, "u1", "exp", time.Hour, `"exp" cannot hold the user id`},
		"no lifetime":   {secret, "u1", "", 0, "less than a second"},
		"negative life": {secret, "u1", "", -time.Hour, "less than a second"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Sign(test.secret, domain.UserID(test.user), test.claim, test.ttl, time.Now())
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
