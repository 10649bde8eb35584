package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"atelier/domain"
)

var secret = []byte("a secret of thirty-two bytes ....")

func newVerifier(t testing.TB, config VerifierConfig) *Verifier {
	t.Helper()
	if config.Secret == nil && config.JWKSURL == "" {
		config.Secret = secret
	}
	v, err := NewVerifier(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// claimsOf returns the claims of a token of u1's that holds now, changed as asked. A nil value removes the claim.
func claimsOf(changes jwt.MapClaims) jwt.MapClaims {
	claims := jwt.MapClaims{"sub": "u1", "exp": in(time.Hour)}
	for name, value := range changes {
		claims[name] = value
		if value == nil {
			delete(claims, name)
		}
	}
	return claims
}

// in is the NumericDate of d from now.
func in(d time.Duration) int64 { return time.Now().Add(d).Unix() }

// signed returns a token; its header has the changes, too.
func signed(t testing.TB, method jwt.SigningMethod, key any, claims jwt.Claims, header map[string]any) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	maps.Copy(token.Header, header)
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func hs256(t testing.TB, changes jwt.MapClaims) string {
	t.Helper()
	return signed(t, jwt.SigningMethodHS256, secret, claimsOf(changes), nil)
}

// rawToken signs header and claims as they are written, well-formed or not.
func rawToken(header, claims string) string {
	text := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims))
	return text + "." + base64.RawURLEncoding.EncodeToString(hs256Of(text))
}

func hs256Of(text string) []byte {
	hash := hmac.New(sha256.New, secret)
	hash.Write([]byte(text))
	return hash.Sum(nil)
}

func TestVerifyAccepts(t *testing.T) {
	tests := []struct {
		name   string
		config VerifierConfig
		claims jwt.MapClaims
		want   domain.UserID
	}{
		{"plain", VerifierConfig{}, nil, "u1"},
		{"algorithm spelled out", VerifierConfig{Algorithm: "HS256"}, nil, "u1"},
		{"long id", VerifierConfig{}, jwt.MapClaims{"sub": strings.Repeat("é", 100)}, domain.UserID(strings.Repeat("é", 100))},
		{"other claim", VerifierConfig{Claim: "uid"}, jwt.MapClaims{"sub": nil, "uid": "u2"}, "u2"},
		{"claim with dots", VerifierConfig{Claim: "https://example.com/user.id"}, jwt.MapClaims{"https://example.com/user.id": "u2"}, "u2"},
		{"expired within the leeway", VerifierConfig{}, jwt.MapClaims{"exp": in(-20 * time.Second)}, "u1"},
		{"not valid yet within the leeway", VerifierConfig{}, jwt.MapClaims{"nbf": in(20 * time.Second)}, "u1"},
		{"longer leeway", VerifierConfig{Leeway: 2 * time.Minute}, jwt.MapClaims{"exp": in(-time.Minute)}, "u1"},
		{"negative leeway is none", VerifierConfig{Leeway: -time.Hour}, jwt.MapClaims{"nbf": in(0)}, "u1"},
		{"valid since", VerifierConfig{}, jwt.MapClaims{"nbf": in(-time.Minute), "iat": in(-time.Minute)}, "u1"},
		{"issuer", VerifierConfig{Issuer: "us"}, jwt.MapClaims{"iss": "us"}, "u1"},
		{"audience", VerifierConfig{Audience: "here"}, jwt.MapClaims{"aud": "here"}, "u1"},
		{"audience among others", VerifierConfig{Audience: "here"}, jwt.MapClaims{"aud": []string{"there", "here"}}, "u1"},
		{"issuer nobody asks for", VerifierConfig{}, jwt.MapClaims{"iss": "them", "aud": "there"}, "u1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := newVerifier(t, test.config).Verify(t.Context(), hs256(t, test.claims))
			if err != nil || got != test.want {
				t.Errorf("got %q, %v, want %q", got, err, test.want)
			}
		})
	}
}

func TestVerifyRefusesClaims(t *testing.T) {
	tests := []struct {
		name   string
		config VerifierConfig
		claims jwt.MapClaims
		want   string
	}{
		{"no expiry", VerifierConfig{}, jwt.MapClaims{"exp": nil}, "the token must have exp"},
		{"expired", VerifierConfig{}, jwt.MapClaims{"exp": in(-40 * time.Second)}, "the token has expired"},
		{"expired without leeway", VerifierConfig{Leeway: -1}, jwt.MapClaims{"exp": in(-2 * time.Second)}, "the token has expired"},
		{"expiry as text", VerifierConfig{}, jwt.MapClaims{"exp": "tomorrow"}, "the token has a claim of the wrong type"},
		{"not valid yet", VerifierConfig{}, jwt.MapClaims{"nbf": in(40 * time.Second)}, "the token is not valid yet"},
		{"not valid yet without leeway", VerifierConfig{Leeway: -1}, jwt.MapClaims{"nbf": in(10 * time.Second)}, "the token is not valid yet"},
		{"other issuer", VerifierConfig{Issuer: "us"}, jwt.MapClaims{"iss": "them"}, "the token is of another issuer"},
		{"no issuer", VerifierConfig{Issuer: "us"}, nil, "the token must have exp, iss"},
		{"issuer of another type", VerifierConfig{Issuer: "us"}, jwt.MapClaims{"iss": []string{"us"}}, "the token has a claim of the wrong type"},
		{"other audience", VerifierConfig{Audience: "here"}, jwt.MapClaims{"aud": []string{"there"}}, "the token is for another audience"},
		{"no audience", VerifierConfig{Issuer: "us", Audience: "here"}, jwt.MapClaims{"iss": "us"}, "the token must have exp, iss, aud"},
		{"expired and of another issuer", VerifierConfig{Issuer: "us"}, jwt.MapClaims{"iss": "them", "exp": in(-time.Hour)}, "the token has expired"},
		{"no user", VerifierConfig{}, jwt.MapClaims{"sub": nil}, `the token has no claim "sub"`},
		{"path to the user", VerifierConfig{Claim: "user.id"}, jwt.MapClaims{"user": map[string]any{"id": "u1"}}, `the token has no claim "user.id"`},
		{"user as a number", VerifierConfig{}, jwt.MapClaims{"sub": 7}, `the token's claim "sub" is not a string`},
		{"user as a list", VerifierConfig{Claim: "uid"}, jwt.MapClaims{"uid": []string{"u1"}}, `the token's claim "uid" is not a string`},
		{"empty user", VerifierConfig{}, jwt.MapClaims{"sub": ""}, `the token's claim "sub" is empty`},
		{"over-long user", VerifierConfig{}, jwt.MapClaims{"sub": strings.Repeat("u", 201)}, `the token's claim "sub" is too long`},
		{"NUL", VerifierConfig{}, jwt.MapClaims{"sub": "u\x001"}, `the token's claim "sub" holds characters that no id holds`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			checkRefused(t, newVerifier(t, test.config), hs256(t, test.claims), test.want)
		})
	}
}

func TestVerifyRefusesTokens(t *testing.T) {
	const header, claims = `{"alg":"HS256"}`, `{"sub":"u1","exp":9999999999}`
	valid := rawToken(header, claims)
	text, signature, _ := cutLast(valid)
	otherClaims := base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"admin","exp":9999999999}`))
	tests := []struct{ name, token, want string }{
		{"nothing", "", "the token is malformed"},
		{"no token", "hello", "the token is malformed"},
		{"two parts", text, "the token is malformed"},
		{"four parts", valid + ".x", "the token is malformed"},
		{"five parts, as of an encrypted one", valid + ".x.x", "the token is malformed"},
		{"not base64", "#." + text + "." + signature, "the token is malformed"},
		{"padded", text + "." + signature + "=", "the token is malformed"},
		{"loose last bits", text + "." + flipLastBit(signature), "the token is malformed"},
		{"header is not JSON", rawToken(`{"alg"`, claims), "the token is malformed"},
		{"header is a list", rawToken(`["HS256"]`, claims), "the token is malformed"},
		{"claims are not JSON", rawToken(header, `sub=u1`), "the token is malformed"},
		{"claims are null", rawToken(header, `null`), "the token must have exp"},
		{"no signature", text + ".", "the token's signature does not hold"},
		{"other signature", text + "." + base64.RawURLEncoding.EncodeToString(hs256Of("x")), "the token's signature does not hold"},
		{"other claims", header64(header) + "." + otherClaims + "." + signature, "the token's signature does not hold"},
		{"no algorithm", rawToken(`{"typ":"JWT"}`, claims), "the token is not signed with HS256"},
		{"algorithm of another type", rawToken(`{"alg":["HS256"]}`, claims), "the token is not signed with HS256"},
		{"unknown algorithm", rawToken(`{"alg":"HS257"}`, claims), "the token is not signed with HS256"},
		{"algorithm in small letters", rawToken(`{"alg":"hs256"}`, claims), "the token is not signed with HS256"},
		{"extension", rawToken(`{"alg":"HS256","crit":["b64"],"b64":false}`, claims), "the token asks for an extension that is not known here"},
		{"not UTF-8", rawToken(header, "{\"sub\":\"u\xff1\",\"exp\":9999999999}"), `the token's claim "sub" holds characters that no id holds`},
		{"half a surrogate", rawToken(header, `{"sub":"u\ud800","exp":9999999999}`), `the token's claim "sub" holds characters that no id holds`},
		{"null user", rawToken(header, `{"sub":null,"exp":9999999999}`), `the token's claim "sub" is not a string`},
		{"too long", valid + strings.Repeat("A", maxTokenBytes), "the token is longer than 8192 bytes"},
	}
	verifier := newVerifier(t, VerifierConfig{})
	if _, err := verifier.Verify(t.Context(), valid); err != nil {
		t.Fatalf("the token that the table varies is refused: %v", err)
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { checkRefused(t, verifier, test.token, test.want) })
	}
}

func TestVerifyRefusesOtherAlgorithms(t *testing.T) {
	verifier := newVerifier(t, VerifierConfig{})
	keys := map[jwt.SigningMethod]any{
		jwt.SigningMethodNone:  jwt.UnsafeAllowNoneSignatureType,
		jwt.SigningMethodHS384: secret,
		jwt.SigningMethodHS512: secret,
		jwt.SigningMethodRS256: rsaKey(),
		jwt.SigningMethodEdDSA: ed25519Key(),
	}
	for method, key := range keys {
		t.Run(method.Alg(), func(t *testing.T) {
			checkRefused(t, verifier, signed(t, method, key, claimsOf(nil), nil), "the token is not signed with HS256")
		})
	}
}

func checkRefused(t *testing.T, verifier *Verifier, token, want string) {
	t.Helper()
	id, err := verifier.Verify(t.Context(), token)
	if err == nil {
		t.Fatalf("accepted as %q", id)
	}
	if domain.CodeOf(err) != domain.InvalidToken || err.Error() != want {
		t.Errorf("refused with %s %q, want %q", domain.CodeOf(err), err, want)
	}
}

func TestNewVerifierRefuses(t *testing.T) {
	const url = "https://issuer.example/keys"
	tests := []struct {
		name   string
		config VerifierConfig
		want   string
	}{
		{"nothing", VerifierConfig{}, "the JWT secret has 0 bytes, and needs at least 32"},
		{"short secret", VerifierConfig{Secret: secret[:31]}, "the JWT secret has 31 bytes, and needs at least 32"},
		{"both", VerifierConfig{Secret: secret, JWKSURL: url}, "not by both"},
		{"secret for RS256", VerifierConfig{Secret: secret, Algorithm: "RS256"}, `a JWT secret is for HS256, not for "RS256"`},
		{"JWKS for HS256", VerifierConfig{JWKSURL: url, Algorithm: "HS256"}, `not "HS256"`},
		{"JWKS for none", VerifierConfig{JWKSURL: url, Algorithm: "none"}, `not "none"`},
		{"relative URL", VerifierConfig{JWKSURL: "/keys"}, "must be an absolute http or https URL"},
		{"file URL", VerifierConfig{JWKSURL: "file://host/keys"}, "must be an absolute http or https URL"},
		{"no URL", VerifierConfig{JWKSURL: "https://me:password@host:port"}, "must be an absolute http or https URL"},
		{"claim of another meaning", VerifierConfig{Secret: secret, Claim: "exp"}, `the claim "exp" cannot hold the user id`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := NewVerifier(t.Context(), test.config)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if err != nil && strings.Contains(err.Error(), "password") {
				t.Errorf("the message holds the password: %v", err)
			}
		})
	}
}

// FuzzVerify holds every token against an independent reading of RFC 7515: whatever is accepted carries the HMAC of its
// own text, and no message quotes the token.
func FuzzVerify(f *testing.F) {
	const claims = `{"sub":"u1","exp":9999999999}`
	f.Add(rawToken(`{"alg":"HS256"}`, claims))
	f.Add(rawToken(`{"alg":"none"}`, claims))
	f.Add(rawToken(`{"alg":"HS256","kid":7,"crit":[]}`, claims))
	f.Add(rawToken(`{"alg":"HS256"}`, `{"sub":"u1","exp":1e300,"nbf":-1}`))
	f.Add("..")
	f.Add("")
	verifier := newVerifier(f, VerifierConfig{})
	f.Fuzz(func(t *testing.T, token string) {
		id, err := verifier.Verify(t.Context(), token)
		if err != nil {
			checkSilence(t, err, token)
			return
		}
		text, signature, _ := cutLast(token)
		if base64.RawURLEncoding.EncodeToString(hs256Of(text)) != signature || flawOf(string(id)) != "" {
			t.Errorf("%q is accepted as %q", token, id)
		}
	})
}

// FuzzVerifyClaims signs whatever claims it is given: an accepted user is one that the database can be asked for.
func FuzzVerifyClaims(f *testing.F) {
	f.Add([]byte(`{"sub":"u1","exp":9999999999}`))
	f.Add([]byte(`{"sub":"\u0000","exp":9999999999}`))
	f.Add([]byte("{\"sub\":\"\xff\",\"exp\":9999999999}"))
	f.Add([]byte(`{"sub":"u1","sub":7,"exp":1e400}`))
	f.Add([]byte(`{"sub":{"sub":[]},"exp":"9999999999","nbf":[],"aud":{}}`))
	verifier := newVerifier(f, VerifierConfig{Audience: "here"})
	f.Fuzz(func(t *testing.T, claims []byte) {
		id, err := verifier.Verify(t.Context(), rawToken(`{"alg":"HS256"}`, string(claims)))
		if err == nil && flawOf(string(id)) != "" {
			t.Errorf("%q is accepted", id)
		}
		if err != nil && domain.CodeOf(err) != domain.InvalidToken {
			t.Errorf("refused with %s", domain.CodeOf(err))
		}
	})
}

// checkSilence fails if the message of a refusal holds a part of the token that is long enough to be told from a word.
func checkSilence(t *testing.T, err error, token string) {
	t.Helper()
	if domain.CodeOf(err) != domain.InvalidToken {
		t.Errorf("refused with %s: %v", domain.CodeOf(err), err)
	}
	for part := range strings.SplitSeq(token, ".") {
		if len(part) > 20 && strings.Contains(err.Error(), part) {
			t.Errorf("the message quotes the token: %v", err)
		}
	}
}

func header64(header string) string { return base64.RawURLEncoding.EncodeToString([]byte(header)) }

// cutLast parts what is signed from the signature.
func cutLast(token string) (text, signature string, found bool) {
	i := strings.LastIndexByte(token, '.')
	if i < 0 {
		return "", "", false
	}
	return token[:i], token[i+1:], true
}

// flipLastBit changes a bit of the encoding that no byte depends on: a 32-byte signature leaves four of them.
func flipLastBit(signature string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := len(signature) - 1
	return signature[:last] + string(alphabet[strings.IndexByte(alphabet, signature[last])^1])
}
