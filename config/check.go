package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

const (
	// minSecretBytes is the size of HS256's hash (RFC 7518, 3.2).
	minSecretBytes = 32
	// maxPoints is the most points and objects that limits may be set to.
	maxPoints = 1_000_000_000
	// maxNames bounds the operations that metrics tell apart: each is a series of its own.
	maxNames = 200
	// longest is the longest that any wait may be set to.
	longest = 10 * time.Minute
)

// keySetAlgorithms are those that a published key can verify.
var keySetAlgorithms = []string{
	"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
}

// Check returns an error that names each setting that does not hold, one on a line. It echoes no value of a setting
// that may hold a secret.
func (c Config) Check() error {
	return errors.Join(
		setting("ADDR", checkListen(c.Addr)),
		setting("PUBLIC_URL", checkPublicURL(c.PublicURL)),
		setting("HEADER_TIMEOUT", checkWait(c.HeaderTimeout, 10*time.Millisecond)),
		setting("BODY_TIMEOUT", checkWait(c.BodyTimeout, 10*time.Millisecond)),
		setting("WRITE_TIMEOUT", checkWait(c.WriteTimeout, 10*time.Millisecond)),
		setting("SHUTDOWN_DELAY", checkWait(c.ShutdownDelay, 0)),
		setting("SHUTDOWN_GRACE", checkWait(c.ShutdownGrace, 0)),
		setting("ADMIN_ADDR", checkOptionalListen(c.AdminAddr)),
		setting("GOGC", checkRange(c.GCPercent, 10, 10_000)),
		setting("GOMEMLIMIT", checkMemory(c.MemoryLimit)),
		setting("EXECUTOR", checkOneOf(c.Executor, "breadth-first", "generated")),
		setting("DATABASE_URL", checkDatabase(string(c.DatabaseURL))),
		setting("ATELIER_DATA", checkGiven(c.Data)),
		setting("DB_MAX_CONNS", checkRange(c.MaxConns, 1, 1000)),
		setting("DB_STATEMENT_TIMEOUT", checkWait(c.StatementTimeout, time.Millisecond)),
		setting("DATABASE_LISTEN_URL", c.checkListenURL()),
		setting("CHANGE_FEED", checkOneOf(c.ChangeFeed, "on", "off")),
		setting("CACHE", checkOneOf(c.Cache, "on", "off")),
		setting("CACHE_BYTES", checkRange(c.CacheBytes, 1<<20, 64<<30)),
		setting("REDIS_PREFIX", checkPrefix(c.RedisPrefix)),
		setting("REDIS_URL", checkURL(string(c.RedisURL), "redis", "rediss")),
		setting("JWT_SECRET", c.checkSecret()),
		setting("JWKS_URL", checkURL(string(c.JWKSURL), "http", "https")),
		setting("JWT_ALGORITHM", c.checkAlgorithm()),
		setting("JWT_CLAIM", checkClaim(c.JWTClaim)),
		setting("JWT_LEEWAY", checkWait(c.JWTLeeway, 0)),
		setting("MAX_BODY", checkRange(c.MaxBody, 1024, 64<<20)),
		setting("MAX_TOKENS", checkRange(c.MaxTokens, 100, 1_000_000)),
		setting("MAX_DEPTH", checkRange(c.MaxDepth, 1, 100)),
		setting("MAX_FIELDS", checkRange(c.MaxFields, 1, 10_000)),
		setting("MAX_ALIASES", checkRange(c.MaxAliases, 0, 10_000)),
		setting("MAX_ROOT_FIELDS", checkRange(c.MaxRootFields, 1, 10_000)),
		setting("MAX_DIRECTIVES", checkRange(c.MaxDirectives, 0, 10_000)),
		setting("MAX_FRAGMENTS", checkRange(c.MaxFragments, 0, 10_000)),
		setting("MAX_VARIABLES", checkRange(c.MaxVariables, 0, 10_000)),
		setting("MAX_VALUES", checkRange(c.MaxValues, 1, 100_000)),
		setting("MAX_LIST_ITEMS", checkRange(c.MaxListItems, 1, 100_000)),
		setting("MAX_VALUE_DEPTH", checkRange(c.MaxValueDepth, 0, 100)),
		setting("MAX_NODES", checkRange(c.MaxNodes, 1, maxPoints)),
		setting("MAX_ANSWERED", checkRange(c.MaxAnswered, 1, maxPoints)),
		setting("MAX_COST", checkRange(c.MaxCost, 1, maxPoints)),
		setting("MAX_READ", checkRange(c.MaxRead, 64<<10, 1<<30)),
		setting("MAX_ANSWER", checkRange(c.MaxAnswer, 64<<10, 1<<30)),
		setting("MAX_INTROSPECTION", checkRange(c.MaxIntrospection, 1, 10_000)),
		setting("MAX_INTROSPECTED", checkRange(c.MaxIntrospected, 1, 1_000_000)),
		setting("OPERATION_TIMEOUT", checkWait(c.OperationTimeout, 10*time.Millisecond)),
		setting("MAX_OPERATIONS", checkRange(c.MaxOperations, 0, 100_000)),
		setting("ANSWER_CACHE_BYTES", checkRange(c.AnswerCacheBytes, 0, 64<<30)),
		setting("RATE_LIMIT", checkOneOf(c.RateLimit, "", "on", "off")),
		setting("RATE_POINTS", checkRange(c.RatePoints, 1, maxPoints)),
		setting("RATE_REFILL", checkRange(c.RateRefill, 1, maxPoints)),
		setting("CORS_ORIGINS", checkOrigins(c.CORSOrigins)),
		setting("TRUSTED_PROXIES", checkNetworks(c.TrustedProxies)),
		setting("METRICS_OPERATIONS", checkNames(c.Operations)),
		setting("LOG_LEVEL", checkOneOf(c.LogLevel, "debug", "info", "warn", "error")),
		setting("LOG_FORMAT", checkOneOf(c.LogFormat, "text", "json")),
	)
}

// CheckForServer is Check, and that tokens can be verified.
func (c Config) CheckForServer() error {
	if !c.IsEmbedded() && c.JWTSecret == "" && c.JWKSURL == "" {
		return errors.Join(c.Check(), errors.New(
			"JWT_SECRET: with DATABASE_URL, this or JWKS_URL must be set, to verify the tokens of those who ask"))
	}
	return c.Check()
}

func setting(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", name, err)
}

func checkListen(addr string) error {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("it must be HOST:PORT, not %q", addr)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n > 65535 {
		return fmt.Errorf("its port must be a number from 0 to 65535, not %q", port)
	}
	return nil
}

func checkOptionalListen(addr string) error {
	if addr == "" {
		return nil
	}
	return checkListen(addr)
}

func checkPublicURL(text string) error {
	if err := checkURL(text, "http", "https"); err != nil || text == "" {
		return err
	}
	u, err := url.Parse(text)
	if err != nil || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("it must hold a host and nothing after it, as in https://atelier.example.org")
	}
	return nil
}

// checkURL accepts an absolute URL, or none.
func checkURL(text string, schemes ...string) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || !slices.Contains(schemes, u.Scheme) {
		return fmt.Errorf("it must be an absolute %s URL", strings.Join(schemes, " or "))
	}
	return nil
}

// checkOrigins accepts what browsers send as Origin, and * for all of them.
func checkOrigins(origins []string) error {
	for _, origin := range origins {
		if err := checkPublicURL(origin); origin != "*" && (err != nil || strings.HasSuffix(origin, "/")) {
			return fmt.Errorf("an origin is like https://app.example.org, not %q", origin)
		}
	}
	return nil
}

func checkNetworks(networks []string) error {
	for _, network := range networks {
		if _, err := netip.ParsePrefix(network); err != nil {
			return fmt.Errorf("a network is like 10.0.0.0/8, not %q", network)
		}
	}
	return nil
}

func checkNames(names []string) error {
	if len(names) > maxNames {
		return fmt.Errorf("it has %d names, and may have %d", len(names), maxNames)
	}
	return nil
}

// checkDatabase accepts what PostgreSQL's clients do, or nothing.
func checkDatabase(text string) error {
	isURL := strings.HasPrefix(text, "postgres://") || strings.HasPrefix(text, "postgresql://")
	switch u, err := url.Parse(text); {
	case text == "" || !isURL && arePairs(text):
		return nil
	case isURL && (err != nil || isTorn(u)):
		return errors.New("it is not a valid URL: its port is a number, and in its password characters such as / ? # @ % must be percent-encoded")
	case !isURL:
		return errors.New("it must be postgres://user:password@host/database, or key=value pairs")
	}
	return nil
}

func (c Config) checkListenURL() error {
	if c.ListenURL != "" && c.IsEmbedded() {
		return errors.New("it is for the database of DATABASE_URL, which is not set")
	}
	return checkDatabase(string(c.ListenURL))
}

func (c Config) checkSecret() error {
	switch length := len(c.JWTSecret); {
	case length == 0:
		return nil
	case length < minSecretBytes:
		return fmt.Errorf("it has %d bytes, and must have %d or more", length, minSecretBytes)
	case c.JWKSURL != "":
		return errors.New("it cannot be set together with JWKS_URL")
	}
	return nil
}

func (c Config) checkAlgorithm() error {
	switch {
	case c.JWTAlgorithm == "":
		return nil
	case c.JWKSURL == "" && c.JWTAlgorithm != "HS256":
		return fmt.Errorf("it must be HS256 where JWKS_URL is not set, not %q", c.JWTAlgorithm)
	case c.JWKSURL != "":
		return checkOneOf(c.JWTAlgorithm, keySetAlgorithms...)
	}
	return nil
}

// checkClaim refuses the claims that mean something else (RFC 7519, 4.1).
func checkClaim(name string) error {
	if slices.Contains([]string{"iss", "aud", "exp", "nbf", "iat"}, name) {
		return fmt.Errorf("the claim %q cannot hold the id of the user", name)
	}
	return checkGiven(name)
}

func checkGiven(text string) error {
	if strings.TrimSpace(text) == "" {
		return errors.New("it must not be empty")
	}
	return nil
}

// checkPrefix refuses what means something in keys of a Cluster.
func checkPrefix(text string) error {
	if text == "" || strings.ContainsAny(text, "{}:") || strings.ContainsFunc(text, unicode.IsSpace) || len(text) > 100 {
		return errors.New("it must be a name of at most 100 bytes, and have none of {}: and no blanks")
	}
	return nil
}

func checkRange(n, least, most int) error {
	if n < least || n > most {
		return fmt.Errorf("it must be from %d to %d, not %d", least, most, n)
	}
	return nil
}

func checkWait(d, least time.Duration) error {
	if d < least || d > longest {
		return fmt.Errorf("it must be from %v to %v, not %v", least, longest, d)
	}
	return nil
}

func checkOneOf(word string, words ...string) error {
	if !slices.Contains(words, word) {
		return fmt.Errorf("it must be one of %s, not %q", strings.Join(words, ", "), word)
	}
	return nil
}
