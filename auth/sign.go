package auth

import (
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"atelier/domain"
)

// Signer makes the tokens that a Verifier of the same Secret, Claim, Issuer and Audience accepts. It is for local use:
// in production an issuer signs.
type Signer struct {
	Secret   []byte // Of HS256, at least MinSecretBytes long.
	Claim    string // Holds the user id; DefaultClaim if empty.
	Issuer   string // Becomes iss, unless empty.
	Audience string // Becomes aud, unless empty.
}

// Sign returns a token of user's that holds from now until ttl, at least a second, has passed. It carries no role.
func (s Signer) Sign(user domain.UserID, ttl time.Duration, now time.Time) (string, error) {
	claim := s.Claim
	if claim == "" {
		claim = DefaultClaim
	}
	if err := errors.Join(checkSecret(s.Secret), checkClaimName(claim), checkLifetime(ttl), checkUserID(user)); err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	claims := jwt.MapClaims{claim: string(user), "iat": now.Unix(), "exp": now.Add(ttl).Unix()}
	if s.Issuer != "" {
		claims["iss"] = s.Issuer
	}
	if s.Audience != "" {
		claims["aud"] = s.Audience
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(s.Secret)
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	return token, nil
}

// Sign returns a token of user's for a verifier that asks for no issuer and no audience; see Signer.
func Sign(secret []byte, user domain.UserID, claim string, ttl time.Duration, now time.Time) (string, error) {
	return Signer{Secret: secret, Claim: claim}.Sign(user, ttl, now)
}

func checkLifetime(ttl time.Duration) error {
	if ttl < time.Second {
		return fmt.Errorf("a lifetime of %v is less than a second", ttl)
	}
	return nil
}

func checkUserID(user domain.UserID) error {
	if flaw := flawOf(string(user)); flaw != "" {
		return errors.New("the user id " + flaw)
	}
	return nil
}
