package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"

	"atelier/domain"
)

const (
	// maxTokenBytes is the longest token that is looked into.
	maxTokenBytes = 8 << 10
	// maxUserIDBytes is the longest user id that a token may name.
	maxUserIDBytes = 200
)

// Verifier tells whose a token is. It is safe for concurrent use.
type Verifier struct {
	config VerifierConfig // With its defaults filled in.
	parser *jwt.Parser
	key    keyFinder
	known  *remembered
}

// keyFinder returns the key that a token must have been signed with. It is asked only about tokens of the configured
// algorithm.
type keyFinder func(ctx context.Context, header map[string]any) (any, error)

// Verify returns the user whom token names. The user may not exist, or no longer. That a token holds is remembered for a minute, or
// until it expires: so long a key that is withdrawn may still count. Its errors are coded: INVALID_TOKEN
// for everything that is wrong with the token; UNAVAILABLE or TIMEOUT where the issuer's keys could not be had.
func (v *Verifier) Verify(ctx context.Context, token string) (domain.UserID, error) {
	if len(token) > maxTokenBytes {
		return "", domain.Errorf(domain.InvalidToken, "the token is longer than %d bytes", maxTokenBytes)
	}
	digest := sha256.Sum256([]byte(token))
	if user, ok := v.known.find(digest); ok {
		return user, nil
	}
	claims := jwt.MapClaims{}
	parsed, err := v.parser.ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) {
		return v.keyOf(ctx, t)
	})
	if err != nil {
		return "", v.explain(parsed, err)
	}
	user, err := userIn(claims, v.config.Claim)
	if err != nil {
		return "", err
	}
	if expires, err := claims.GetExpirationTime(); err == nil && expires != nil {
		v.known.add(digest, user, expires.Time)
	}
	return user, nil
}

// keyOf refuses tokens that ask for an extension (RFC 7515, 4.1.11), which the parser would overlook.
func (v *Verifier) keyOf(ctx context.Context, token *jwt.Token) (any, error) {
	if _, extended := token.Header["crit"]; extended {
		return nil, domain.NewError(domain.InvalidToken, "the token asks for an extension that is not known here")
	}
	return v.key(ctx, token.Header)
}

// flaws are what the parser finds wrong, in the order in which it is told: a token may have several.
var flaws = []struct {
	err     error
	message string
}{
	{jwt.ErrTokenSignatureInvalid, "the token's signature does not hold"},
	{jwt.ErrTokenExpired, "the token has expired"},
	{jwt.ErrTokenNotValidYet, "the token is not valid yet"},
	{jwt.ErrTokenInvalidIssuer, "the token is of another issuer"},
	{jwt.ErrTokenInvalidAudience, "the token is for another audience"},
}

// explain translates the parser's error; the parser's own words may quote the token.
func (v *Verifier) explain(token *jwt.Token, err error) error {
	if coded, ok := errors.AsType[*domain.Error](err); ok {
		return coded
	}
	if errors.Is(err, jwt.ErrTokenMalformed) {
		return domain.NewError(domain.InvalidToken, "the token is malformed")
	}
	if token == nil || token.Method == nil || token.Method.Alg() != v.config.Algorithm {
		return domain.NewError(domain.InvalidToken, "the token is not signed with "+v.config.Algorithm)
	}
	for _, flaw := range flaws {
		if errors.Is(err, flaw.err) {
			return domain.NewError(domain.InvalidToken, flaw.message)
		}
	}
	if errors.Is(err, jwt.ErrTokenRequiredClaimMissing) {
		return domain.NewError(domain.InvalidToken, "the token must have "+v.config.requiredClaims())
	}
	return domain.NewError(domain.InvalidToken, "the token has a claim of the wrong type")
}

func userIn(claims jwt.MapClaims, claim string) (domain.UserID, error) {
	value, present := claims[claim]
	if !present {
		return "", domain.Errorf(domain.InvalidToken, "the token has no claim %q", claim)
	}
	id, ok := value.(string)
	if !ok {
		return "", domain.Errorf(domain.InvalidToken, "the token's claim %q is not a string", claim)
	}
	if flaw := flawOf(id); flaw != "" {
		return "", domain.Errorf(domain.InvalidToken, "the token's claim %q %s", claim, flaw)
	}
	return domain.UserID(id), nil
}

// flawOf says why id cannot be a user's, or "". U+FFFD stands where a JSON string held what is not UTF-8.
func flawOf(id string) string {
	switch {
	case id == "":
		return "is empty"
	case len(id) > maxUserIDBytes:
		return "is too long"
	case strings.ContainsRune(id, 0), strings.ContainsRune(id, utf8.RuneError), !utf8.ValidString(id):
		return "holds characters that no id holds"
	}
	return ""
}
