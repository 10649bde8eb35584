package auth

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"
)

const (
	// maxKeySetBytes is the longest key set that is read.
	maxKeySetBytes = 1 << 20
	// minRSABits (RFC 7518, 3.3) and maxRSABits bound the size of RSA keys: below they are weak, above slow.
	minRSABits, maxRSABits = 2048, 8192
)

// keySource is where the public keys of one algorithm are published.
type keySource struct {
	url    string
	method jwt.SigningMethod
	client *http.Client
}

// keySetClient does not follow redirects: one from https to http would undo what https is for.
func keySetClient() *http.Client {
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// fetcher returns a function that fetches the keys, within keySetTimeout and until ctx ends.
func (s keySource) fetcher(ctx context.Context) func() (publicKeys, error) {
	return func() (publicKeys, error) {
		ctx, cancel := context.WithTimeout(ctx, keySetTimeout)
		defer cancel()
		body, err := s.get(ctx)
		if err != nil {
			return nil, fmt.Errorf("fetch the JWKS: %w", err)
		}
		return s.parse(body)
	}
}

func (s keySource) get(ctx context.Context) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, http.NoBody)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/jwk-set+json, application/json")
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the answer is %s", response.Status)
	}
	return io.ReadAll(http.MaxBytesReader(nil, response.Body, maxKeySetBytes))
}

// parse returns the keys of the set that sign with the algorithm. Others are passed over: sets hold keys for other
// uses, and of kinds that are not known here.
func (s keySource) parse(body []byte) (publicKeys, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &set); err != nil {
		return nil, errors.New("read the JWKS: it is not a JSON object with keys")
	}
	keys := publicKeys{}
	for _, raw := range set.Keys {
		jwk, err := jwkset.NewJWKFromRawJSON(raw, jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{})
		if err != nil || !s.signsWith(jwk) {
			continue
		}
		if _, taken := keys[jwk.Marshal().KID]; !taken {
			keys[jwk.Marshal().KID] = jwk.Key()
		}
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("read the JWKS: it has no key for %s", s.method.Alg())
	}
	return keys, nil
}

// signsWith reports whether the key is for signatures of the algorithm, as far as it says.
func (s keySource) signsWith(jwk jwkset.JWK) bool {
	said := jwk.Marshal()
	return (said.ALG == "" || said.ALG.String() == s.method.Alg()) &&
		(said.USE == "" || said.USE == jwkset.UseSig) &&
		(len(said.KEYOPS) == 0 || slices.Contains(said.KEYOPS, jwkset.KeyOpsVerify)) &&
		fits(jwk.Key(), s.method)
}

// fits reports whether key is of the kind, and the strength, that method takes.
func fits(key any, method jwt.SigningMethod) bool {
	switch m := method.(type) {
	case *jwt.SigningMethodRSA, *jwt.SigningMethodRSAPSS:
		k, ok := key.(*rsa.PublicKey)
		return ok && k.N.BitLen() >= minRSABits && k.N.BitLen() <= maxRSABits
	case *jwt.SigningMethodECDSA:
		k, ok := key.(*ecdsa.PublicKey)
		return ok && k.Params().BitSize == m.CurveBits
	case *jwt.SigningMethodEd25519:
		_, ok := key.(ed25519.PublicKey)
		return ok
	}
	return false
}
