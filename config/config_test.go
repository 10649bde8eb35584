package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
)

// parse reads flags and variables as the program does.
func parse(t *testing.T, environment []string, flags ...string) (Config, error) {
	t.Helper()
	var c Config
	parser, err := kong.New(&c, Options(environment)...)
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(flags)
	return c, err
}

func TestDefaultsHold(t *testing.T) {
	t.Parallel()
	c := Default()
	if err := c.CheckForServer(); err != nil {
		t.Error(err)
	}
	if !c.IsEmbedded() || !c.Migrates() || !c.HasDemo() {
		t.Errorf("without DATABASE_URL: %+v", c)
	}
	c.DatabaseURL = "postgres://db/atelier"
	if c.IsEmbedded() || c.Migrates() || c.HasDemo() {
		t.Errorf("with DATABASE_URL: %+v", c)
	}
}

func TestEverySettingIsAFlagAndAVariable(t *testing.T) {
	t.Parallel()
	example := func(s Setting) string {
		switch value := Default().field(s); value.(type) {
		case bool, *bool:
			return "false"
		case int:
			return "3"
		case time.Duration:
			return "7s"
		}
		return "something"
	}
	for _, s := range Settings() {
		value := example(s)
		byFlag, err := parse(t, nil, "--"+s.Flag+"="+value)
		if err != nil {
			t.Errorf("%s: %v", s.Flag, err)
		}
		byVariable, err := parse(t, []string{"PATH=/bin", s.Variable + "=" + value})
		if err != nil {
			t.Errorf("%s: %v", s.Variable, err)
		}
		if byFlag.text() != byVariable.text() || byFlag.text() == Default().text() {
			t.Errorf("%s: the flag gives %s, the variable %s", s.Variable, byFlag.text(), byVariable.text())
		}
		if s.Help == "" {
			t.Errorf("%s has no help", s.Variable)
		}
	}
}

// field is the value of a setting.
func (c Config) field(s Setting) any { return reflect.ValueOf(c).Field(s.field).Interface() }

// text shows all values, secrets too, as they were set.
func (c Config) text() string {
	var b strings.Builder
	for _, s := range settings {
		value := reflect.Indirect(reflect.ValueOf(c).Field(s.field))
		if value.Kind() == reflect.String {
			value = reflect.ValueOf(value.String()) // Without the type that masks it.
		}
		fmt.Fprintln(&b, s.Variable, value)
	}
	return b.String()
}

func TestFlagsWinOverVariables(t *testing.T) {
	t.Parallel()
	c, err := parse(t, []string{"ADDR=:1", "LOG_LEVEL=warn", "MIGRATE=true", "LOG_FORMAT="}, "--addr=:2", "--no-migrate")
	if err != nil || c.Addr != ":2" || c.LogLevel != "warn" || c.Migrates() || c.LogFormat != "text" {
		t.Errorf("%v %v", c, err)
	}
}

func TestUnreadableValuesNameTheirSetting(t *testing.T) {
	t.Parallel()
	for _, variable := range []string{"DB_MAX_CONNS=many", "JWT_LEEWAY=soon", "MIGRATE=perhaps", "SHUTDOWN_GRACE=15"} {
		name, _, _ := strings.Cut(variable, "=")
		if _, err := parse(t, []string{variable}); err == nil || strings.Count(err.Error(), name) != 1 || strings.Count(err.Error(), "--") != 1 {
			t.Errorf("%s: %v", variable, err)
		}
	}
	if _, err := parse(t, nil, "--db-max-conns=many"); err == nil || !strings.Contains(err.Error(), "--db-max-conns") {
		t.Error(err)
	}
	if _, err := parse(t, nil, "--no-such-flag"); err == nil || !strings.Contains(err.Error(), "--no-such-flag") {
		t.Error(err)
	}
}

const longSecret = "0123456789abcdef0123456789abcdef"

func TestInvalidSettingsNameThemselves(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(*Config)
	}{
		{"ADDR", func(c *Config) { c.Addr = "8080" }},
		{"ADDR", func(c *Config) { c.Addr = ":70000" }},
		{"ADDR", func(c *Config) { c.Addr = ":http" }},
		{"ADDR", func(c *Config) { c.Addr = ":" }},
		{"PUBLIC_URL", func(c *Config) { c.PublicURL = "example.org" }},
		{"PUBLIC_URL", func(c *Config) { c.PublicURL = "ftp://example.org" }},
		{"PUBLIC_URL", func(c *Config) { c.PublicURL = "https://example.org/below" }},
		{"SHUTDOWN_DELAY", func(c *Config) { c.ShutdownDelay = -1 }},
		{"SHUTDOWN_GRACE", func(c *Config) { c.ShutdownGrace = time.Hour }},
		{"ADMIN_ADDR", func(c *Config) { c.AdminAddr = "6060" }},
		{"GOGC", func(c *Config) { c.GCPercent = 0 }},
		{"GOMEMLIMIT", func(c *Config) { c.MemoryLimit = "much" }},
		{"GOMEMLIMIT", func(c *Config) { c.MemoryLimit = "1MiB" }},
		{"EXECUTOR", func(c *Config) { c.Executor = "fast" }},
		{"DATABASE_URL", func(c *Config) { c.DatabaseURL = "localhost" }},
		{"DATABASE_URL", func(c *Config) { c.DatabaseURL = "mysql://u:hunter2@db/a" }},
		{"DATABASE_URL", func(c *Config) { c.DatabaseURL = "postgres://u:hunter2/x@db/a" }},
		{"DATABASE_URL", func(c *Config) { c.DatabaseURL = "postgres://u:12#hunter2@db/a" }},
		{"DATABASE_URL", func(c *Config) { c.DatabaseURL = "postgres://u:12?hunter2@db/a" }},
		{"DATABASE_URL", func(c *Config) { c.DatabaseURL = "host=db password='hunter2" }},
		{"ATELIER_DATA", func(c *Config) { c.Data = " " }},
		{"MAX_BODY", func(c *Config) { c.MaxBody = 1 }},
		{"MAX_TOKENS", func(c *Config) { c.MaxTokens = 0 }},
		{"MAX_DEPTH", func(c *Config) { c.MaxDepth = 0 }},
		{"MAX_FIELDS", func(c *Config) { c.MaxFields = 10_001 }},
		{"MAX_ALIASES", func(c *Config) { c.MaxAliases = -1 }},
		{"MAX_ROOT_FIELDS", func(c *Config) { c.MaxRootFields = 0 }},
		{"MAX_DIRECTIVES", func(c *Config) { c.MaxDirectives = -1 }},
		{"MAX_NODES", func(c *Config) { c.MaxNodes = 0 }},
		{"MAX_ANSWERED", func(c *Config) { c.MaxAnswered = 0 }},
		{"MAX_COST", func(c *Config) { c.MaxCost = 0 }},
		{"MAX_READ", func(c *Config) { c.MaxRead = 1 }},
		{"MAX_ANSWER", func(c *Config) { c.MaxAnswer = 1 }},
		{"OPERATION_TIMEOUT", func(c *Config) { c.OperationTimeout = 0 }},
		{"MAX_OPERATIONS", func(c *Config) { c.MaxOperations = -1 }},
		{"RATE_LIMIT", func(c *Config) { c.RateLimit = "perhaps" }},
		{"ANSWER_CACHE_BYTES", func(c *Config) { c.AnswerCacheBytes = -1 }},
		{"RATE_POINTS", func(c *Config) { c.RatePoints = 0 }},
		{"RATE_REFILL", func(c *Config) { c.RateRefill = 0 }},
		{"CORS_ORIGINS", func(c *Config) { c.CORSOrigins = []string{"app.example.org"} }},
		{"CORS_ORIGINS", func(c *Config) { c.CORSOrigins = []string{"https://app.example.org/"} }},
		{"TRUSTED_PROXIES", func(c *Config) { c.TrustedProxies = []string{"10.0.0.1"} }},
		{"METRICS_OPERATIONS", func(c *Config) { c.Operations = make([]string, 201) }},
		{"DB_MAX_CONNS", func(c *Config) { c.MaxConns = 0 }},
		{"DB_MAX_CONNS", func(c *Config) { c.MaxConns = 1001 }},
		{"DB_STATEMENT_TIMEOUT", func(c *Config) { c.StatementTimeout = 0 }},
		{"DB_STATEMENT_TIMEOUT", func(c *Config) { c.StatementTimeout = time.Microsecond }},
		{"REDIS_URL", func(c *Config) { c.RedisURL = "localhost:6379" }},
		{"CACHE", func(c *Config) { c.Cache = "perhaps" }},
		{"CACHE_BYTES", func(c *Config) { c.CacheBytes = 1000 }},
		{"REDIS_PREFIX", func(c *Config) { c.RedisPrefix = "" }},
		{"REDIS_PREFIX", func(c *Config) { c.RedisPrefix = "a{b}" }},
		{"JWT_SECRET", func(c *Config) { c.JWTSecret = "hunter2" }},
		{"JWT_SECRET", func(c *Config) { c.JWTSecret, c.JWKSURL = longSecret, "https://issuer/keys" }},
		{"JWKS_URL", func(c *Config) { c.JWKSURL = "/keys" }},
		{"JWKS_URL", func(c *Config) { c.JWKSURL = "file:///keys" }},
		{"JWT_ALGORITHM", func(c *Config) { c.JWTAlgorithm = "none" }},
		{"JWT_ALGORITHM", func(c *Config) { c.JWTAlgorithm = "RS256" }},
		{"JWT_ALGORITHM", func(c *Config) { c.JWTAlgorithm, c.JWKSURL = "HS256", "https://issuer/keys" }},
		{"JWT_CLAIM", func(c *Config) { c.JWTClaim = "" }},
		{"JWT_CLAIM", func(c *Config) { c.JWTClaim = "exp" }},
		{"JWT_LEEWAY", func(c *Config) { c.JWTLeeway = -time.Second }},
		{"LOG_LEVEL", func(c *Config) { c.LogLevel = "loud" }},
		{"LOG_FORMAT", func(c *Config) { c.LogFormat = "xml" }},
	} {
		c := Default()
		test.change(&c)
		err := c.Check()
		if err == nil || !strings.HasPrefix(err.Error(), test.name+": ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", test.name, err)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error gives a secret away: %v", err)
		}
	}
}

func TestAllThatIsInvalidIsNamed(t *testing.T) {
	t.Parallel()
	c := Default()
	c.Addr, c.LogLevel = "", ""
	if err := c.Check(); err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Error(err)
	}
}

func TestValidSettings(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Config){
		"all addresses": func(c *Config) { c.Addr = ":0" },
		"IPv6":          func(c *Config) { c.Addr = "[::1]:8080" },
		"public URL":    func(c *Config) { c.PublicURL = "https://example.org/" },
		"database URL": func(c *Config) {
			c.DatabaseURL, c.JWTSecret = "postgresql://u:p%40@db:5432/a?sslmode=require", longSecret
		},
		"database by socket": func(c *Config) { c.DatabaseURL, c.JWTSecret = "postgres:///a?host=/run/postgresql", longSecret },
		"database pairs":     func(c *Config) { c.DatabaseURL, c.JWTSecret = `host=db password = 'it\'s' user=u`, longSecret },
		"key set":            func(c *Config) { c.DatabaseURL, c.JWKSURL, c.JWTAlgorithm = "host=db", "https://issuer/keys", "EdDSA" },
		"secret":             func(c *Config) { c.JWTSecret, c.JWTAlgorithm, c.JWTLeeway = longSecret, "HS256", 0 },
		"redis":              func(c *Config) { c.RedisURL = "rediss://:p@cache:6379/0" },
	} {
		c := Default()
		change(&c)
		if err := c.CheckForServer(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestProductionNeedsAWayToVerifyTokens(t *testing.T) {
	t.Parallel()
	c := Default()
	c.DatabaseURL = "postgres://db/atelier"
	if err := c.Check(); err != nil {
		t.Errorf("migrate needs no tokens: %v", err)
	}
	err := c.CheckForServer()
	if err == nil || !strings.HasPrefix(err.Error(), "JWT_SECRET: ") || !strings.Contains(err.Error(), "JWKS_URL") {
		t.Error(err)
	}
}

func TestAddressesAreShownWithoutSecrets(t *testing.T) {
	t.Parallel()
	for address, want := range map[Address]string{
		"":                                     "",
		"postgres://u:hunter2@db:5432/a":       "postgres://u:***@db:5432/a",
		"postgres://u@db/a?sslmode=disable":    "postgres://u@db/a?sslmode=disable",
		"postgres:///a?host=/run&user=u":       "postgres:///a?host=/run&user=u",
		"postgres://db/a?password=hunter2":     "postgres://db/a?password=***",
		"postgres://db/a?sslkey=hunter2&new=1": "postgres://db/a?sslkey=***&new=***",
		"postgres://u:%68unter2@db/a":          "postgres://u:***@db/a",
		"postgres://u:hun/ter2@db/a":           "***",
		"postgres://u:1/hunter2@db/a":          "***",
		"postgres://u:1#hunter2@db/a":          "***",
		"postgres://u:1?hunter2@db/a":          "***",
		"postgres://u:hunter2%zz@db/a":         "***",
		"redis://:hunter2@cache:6379/0":        "redis://***@cache:6379/0",
		"redis://cache?password=hunter2&db=1":  "redis://cache?password=***&db=1",
		"https://hunter2@issuer/keys":          "https://***@issuer/keys",
		"https://issuer/keys?key=hunter2":      "https://issuer/keys?key=***",
		"host=db user=u password=hunter2":      "host=db user=u password=***",
		"password = 'hunter2 \\' x' host = db": "password=*** host=db",
		"password=hun\\ ter2 host=db":          "password=*** host=db",
		"password= host=db":                    "password=***", // The value is host=db: blanks may follow the sign.
		"password='' host=db":                  "password=*** host=db",
		"passfile=/hunter2 sslpassword=x":      "passfile=*** sslpassword=***",
		"host=db password='hunter2":            "***",
		"hunter2":                              "***",
	} {
		for _, got := range []string{fmt.Sprint(address), fmt.Sprintf("%+v", address), fmt.Sprintf("%#v", address)} {
			if got != want {
				t.Errorf("%s: got %s, want %s", string(address), got, want)
			}
		}
	}
}

func TestNoWayOfShowingTheConfigurationShowsASecret(t *testing.T) {
	t.Parallel()
	c := Default()
	c.JWTSecret, c.DatabaseURL = "hunter2-hunter2-hunter2-hunter2-hunter2", "postgres://u:hunter2@db/a"
	c.RedisURL, c.JWKSURL = "redis://:hunter2@cache", "https://hunter2@issuer/?key=hunter2"
	var shown bytes.Buffer
	slog.New(slog.NewTextHandler(&shown, nil)).Info("", "config", c, "pointer", &c)
	slog.New(slog.NewJSONHandler(&shown, nil)).Info("", "config", c, "pointer", &c)
	fmt.Fprintf(&shown, "%v %+v %#v %s %q %x %v %+v %#v\n", c, c, c, c, c, c, &c, &c, []Config{c})
	fmt.Fprintf(&shown, "%v %q %x %#v", c.JWTSecret, c.JWTSecret, c.JWTSecret, c.JWTSecret)
	if err := json.NewEncoder(&shown).Encode(c); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(shown.String(), "hunter2") || strings.Contains(shown.String(), fmt.Sprintf("%x", "hunter2")) {
		t.Errorf("a secret is shown:\n%s", shown.String())
	}
	if !strings.Contains(shown.String(), "config.DATABASE_URL=postgres://u:***@db/a") {
		t.Errorf("what is no secret is not shown:\n%s", shown.String())
	}
}

func TestTheEffectiveConfigurationIsShown(t *testing.T) {
	t.Parallel()
	c := Default()
	c.LogLevel = "warn"
	want := "ADDR=127.0.0.1:8080 " +
		"HEADER_TIMEOUT=5s BODY_TIMEOUT=10s WRITE_TIMEOUT=1m0s " +
		"SHUTDOWN_DELAY=0s SHUTDOWN_GRACE=15s GOGC=400 EXECUTOR=breadth-first ATELIER_DATA=.atelier MIGRATE=true DEMO=true DB_MAX_CONNS=16 " +
		"DB_STATEMENT_TIMEOUT=5s CHANGE_FEED=on CACHE=on CACHE_BYTES=67108864 REDIS_PREFIX=atelier JWT_ALGORITHM=HS256 JWT_CLAIM=sub JWT_LEEWAY=30s MAX_BODY=1048576 MAX_TOKENS=15000 MAX_DEPTH=12 MAX_FIELDS=1000 " +
		"MAX_ALIASES=30 MAX_ROOT_FIELDS=20 MAX_DIRECTIVES=50 " +
		"MAX_FRAGMENTS=100 MAX_VARIABLES=100 MAX_VALUES=5000 MAX_LIST_ITEMS=1000 MAX_VALUE_DEPTH=10 " +
		"MAX_NODES=500000 MAX_ANSWERED=500000 MAX_COST=10000 MAX_READ=8388608 MAX_ANSWER=8388608 INTROSPECTION=true MAX_INTROSPECTION=500 MAX_INTROSPECTED=20000 OPERATION_TIMEOUT=10s " +
		"MAX_OPERATIONS=0 ANSWER_CACHE_BYTES=67108864 RATE_LIMIT=off RATE_POINTS=100000 RATE_REFILL=2000 LOG_LEVEL=warn LOG_FORMAT=text"
	if got := c.String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestMisspeltVariables(t *testing.T) {
	t.Parallel()
	err := CheckNames([]string{"ATELIER_DATA=x", "ATELIER_DIR=x", "ATELIER_ADDR=:1", "PATH=/bin"})
	if err == nil || !strings.HasPrefix(err.Error(), "ATELIER_ADDR, ATELIER_DIR: ") {
		t.Error(err)
	}
	kubernetes := []string{
		"ATELIER_SERVICE_HOST=10.0.0.1", "ATELIER_SERVICE_PORT=80", "ATELIER_SERVICE_PORT_HTTP=80", "ATELIER_PORT=tcp://10.0.0.1:80",
		"ATELIER_PORT_80_TCP=tcp://10.0.0.1:80", "ATELIER_PORT_80_TCP_PROTO=tcp", "ATELIER_PORT_80_TCP_PORT=80", "ATELIER_PORT_80_TCP_ADDR=10.0.0.1",
	}
	if err := CheckNames(kubernetes); err != nil {
		t.Error(err)
	}
}

// TestReadme holds the README's table to the settings: what it prints is what belongs there.
func TestReadme(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), table()) {
		t.Errorf("the README's table of settings must read:\n\n%s", table())
	}
}

func table() string {
	var b strings.Builder
	b.WriteString("| variable | flag | default | what |\n|---|---|---|---|\n")
	for _, s := range Settings() {
		fallback := ""
		if s.Default != "" {
			fallback = "`" + s.Default + "`"
		}
		fmt.Fprintf(&b, "| `%s` | `--%s` | %s | %s |\n", s.Variable, s.Flag, fallback, strings.ReplaceAll(s.Help, "|", `\|`))
	}
	return b.String()
}
