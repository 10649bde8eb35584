// Package config owns every setting of the program: its names, its default, what it may be, and how it is shown
// without its secrets. It knows nothing of what the settings are for, and no other package of Atelier.
//
// A setting is a flag and an environment variable; the flag wins, and an empty variable is one that is not set.
package config

import "time"

// Config is all settings. Its tags are read by kong (flags, defaults, help) and by Settings; `setting` is the environment
// variable. It is not kong's own `env`, which reads the environment of the process even where a test gives another.
//
// It may be printed and logged as it is: what is secret in it shows as ***.
type Config struct {
	Addr          string        `name:"addr" setting:"ADDR" default:"127.0.0.1:8080" placeholder:"HOST:PORT" group:"server" help:"Where the server listens. Port 0 takes one that is free; no host, as in :8080, listens on all addresses."`
	PublicURL     string        `name:"public-url" setting:"PUBLIC_URL" placeholder:"URL" group:"server" help:"Where browsers reach the server, such as https://atelier.example.org, if not at ADDR: for the address that is printed, and for the pictures of the demo data that seed makes."`
	HeaderTimeout time.Duration `name:"header-timeout" setting:"HEADER_TIMEOUT" default:"5s" placeholder:"DURATION" group:"server" help:"How long a client may take to send the headers of a request. 10ms to 10m."`
	BodyTimeout   time.Duration `name:"body-timeout" setting:"BODY_TIMEOUT" default:"10s" placeholder:"DURATION" group:"server" help:"How long a client may take to send the body of a request after that. 10ms to 10m."`
	WriteTimeout  time.Duration `name:"write-timeout" setting:"WRITE_TIMEOUT" default:"1m" placeholder:"DURATION" group:"server" help:"How long a client may take to take an answer in, from when it begins. 10ms to 10m."`
	ShutdownDelay time.Duration `name:"shutdown-delay" setting:"SHUTDOWN_DELAY" default:"0s" placeholder:"DURATION" group:"server" help:"How long a server that was told to stop goes on taking requests while /readyz says no, so that load balancers turn away first. 0s to 10m."`
	ShutdownGrace time.Duration `name:"shutdown-grace" setting:"SHUTDOWN_GRACE" default:"15s" placeholder:"DURATION" group:"server" help:"How long requests that are under way may then take to finish before they are cut off. 0s to 10m."`
	AdminAddr     string        `name:"admin-addr" setting:"ADMIN_ADDR" placeholder:"HOST:PORT" group:"server" help:"Where the profiles of the process are served, below /debug/pprof/, to whoever can reach it: 127.0.0.1:6060, for this machine alone. If not set: nowhere."`
	GCPercent     int           `name:"gc-percent" setting:"GOGC" default:"400" placeholder:"PERCENT" group:"server" help:"How much garbage may grow before it is collected, in percent of what is in use: more takes memory and saves time. 10 to 10000."`
	MemoryLimit   string        `name:"memory-limit" setting:"GOMEMLIMIT" placeholder:"BYTES" group:"server" help:"The memory beyond which garbage is collected at once, such as 512MiB; off is none. If not set: nine tenths of what the container may take, or a quarter of what the machine has."`
	Executor      string        `name:"executor" setting:"EXECUTOR" default:"breadth-first" placeholder:"NAME" group:"server" help:"What executes operations: breadth-first, or generated, gqlgen's own, which is slower and asks the database once for each item of a list; it is there to compare."`

	DatabaseURL      Address       `name:"database-url" setting:"DATABASE_URL" placeholder:"URL" group:"database" help:"The PostgreSQL to use: postgres://user:password@host/database, or key=value pairs. Without it, atelier runs one of its own in ATELIER_DATA."`
	Data             string        `name:"data" setting:"ATELIER_DATA" default:".atelier" placeholder:"FOLDER" group:"database" help:"The folder of atelier's own PostgreSQL and of the secret that signs its tokens, where DATABASE_URL and JWT_SECRET are not set."`
	Migrate          *bool         `name:"migrate" setting:"MIGRATE" negatable:"" group:"database" help:"Whether serve migrates the database when it starts. If not set: yes on its own PostgreSQL, no on DATABASE_URL, where 'atelier migrate up' does."`
	Demo             *bool         `name:"demo" setting:"DEMO" negatable:"" group:"database" help:"Whether serve fills its own PostgreSQL with demo data while it has no users, and answers the pictures of demo data below /pictures/. If not set: yes on its own PostgreSQL, no on DATABASE_URL, where it is for the pictures alone."`
	MaxConns         int           `name:"db-max-conns" setting:"DB_MAX_CONNS" default:"16" placeholder:"N" group:"database" help:"The most connections to the database. 1 to 1000."`
	StatementTimeout time.Duration `name:"db-statement-timeout" setting:"DB_STATEMENT_TIMEOUT" default:"5s" placeholder:"DURATION" group:"database" help:"When the database gives up on a statement of a request. 1ms to 10m."`
	ListenURL        Address       `name:"database-listen-url" setting:"DATABASE_LISTEN_URL" placeholder:"URL" group:"database" help:"A direct connection to the same database, for being told of changes at once: a pooler that shares connections does not pass LISTEN. If not set: DATABASE_URL."`
	ChangeFeed       string        `name:"change-feed" setting:"CHANGE_FEED" default:"on" placeholder:"on|off" group:"database" help:"Whether the server is told what changes in the database, by whatever program. If off, what is cached lives as long as it may."`

	Cache       string  `name:"cache" setting:"CACHE" default:"on" placeholder:"on|off" group:"cache" help:"Whether what was read from the database is kept and served again until it changes."`
	CacheBytes  int     `name:"cache-bytes" setting:"CACHE_BYTES" default:"67108864" placeholder:"BYTES" group:"cache" help:"The most that is kept in this process, about. 1048576 to 68719476736."`
	RedisURL    Address `name:"redis-url" setting:"REDIS_URL" placeholder:"URL" group:"cache" help:"The Redis by which replicas share what they keep and the points that viewers have: redis:// or rediss://, with ?master_name=NAME for Sentinels, and &addr=HOST:PORT for further ones or for nodes of a Cluster. Whether it is there or not, the server works."`
	RedisPrefix string  `name:"redis-prefix" setting:"REDIS_PREFIX" default:"atelier" placeholder:"NAME" group:"cache" help:"What keys in Redis begin with: deployments that share a Redis must differ in it."`

	JWTSecret    Secret        `name:"jwt-secret" setting:"JWT_SECRET" placeholder:"SECRET" group:"tokens" help:"The key of HS256 that verifies tokens, 32 bytes or more. Prefer the variable: everyone on the machine can read flags. If neither this nor JWKS_URL is set: one made at random, kept in ATELIER_DATA; on DATABASE_URL, one of the two must be."`
	JWKSURL      Address       `name:"jwks-url" setting:"JWKS_URL" placeholder:"URL" group:"tokens" help:"Where the issuer of the tokens publishes its public keys: http or https. Instead of JWT_SECRET."`
	JWTAlgorithm string        `name:"jwt-algorithm" setting:"JWT_ALGORITHM" placeholder:"NAME" group:"tokens" help:"The one algorithm that tokens may be signed by. With JWKS_URL: RS256 (if not set), RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512 or EdDSA; otherwise HS256."`
	JWTClaim     string        `name:"jwt-claim" setting:"JWT_CLAIM" default:"sub" placeholder:"NAME" group:"tokens" help:"The claim that holds the id of the user."`
	JWTIssuer    string        `name:"jwt-issuer" setting:"JWT_ISSUER" placeholder:"TEXT" group:"tokens" help:"What the iss of a token must be. If not set: anything."`
	JWTAudience  string        `name:"jwt-audience" setting:"JWT_AUDIENCE" placeholder:"TEXT" group:"tokens" help:"What the aud of a token must be or contain. If not set: anything."`
	JWTLeeway    time.Duration `name:"jwt-leeway" setting:"JWT_LEEWAY" default:"30s" placeholder:"DURATION" group:"tokens" help:"By how much the clock of the issuer may differ. 0s to 10m."`

	MaxBody          int           `name:"max-body" setting:"MAX_BODY" default:"1048576" placeholder:"BYTES" group:"limits" help:"The most bytes of a request. 1024 to 67108864."`
	MaxTokens        int           `name:"max-tokens" setting:"MAX_TOKENS" default:"15000" placeholder:"N" group:"limits" help:"The most tokens of a document. 100 to 1000000."`
	MaxDepth         int           `name:"max-depth" setting:"MAX_DEPTH" default:"12" placeholder:"N" group:"limits" help:"The most fields within each other. 1 to 100."`
	MaxFields        int           `name:"max-fields" setting:"MAX_FIELDS" default:"1000" placeholder:"N" group:"limits" help:"The most fields of an operation, those of its fragments included. 1 to 10000."`
	MaxAliases       int           `name:"max-aliases" setting:"MAX_ALIASES" default:"30" placeholder:"N" group:"limits" help:"The most fields under other names than their own. 0 to 10000."`
	MaxRootFields    int           `name:"max-root-fields" setting:"MAX_ROOT_FIELDS" default:"20" placeholder:"N" group:"limits" help:"The most fields at the root of an operation. 1 to 10000."`
	MaxDirectives    int           `name:"max-directives" setting:"MAX_DIRECTIVES" default:"50" placeholder:"N" group:"limits" help:"The most directives of an operation. 0 to 10000."`
	MaxFragments     int           `name:"max-fragments" setting:"MAX_FRAGMENTS" default:"100" placeholder:"N" group:"limits" help:"The most fragments of a document. 0 to 10000."`
	MaxVariables     int           `name:"max-variables" setting:"MAX_VARIABLES" default:"100" placeholder:"N" group:"limits" help:"The most variables of an operation. 0 to 10000."`
	MaxValues        int           `name:"max-values" setting:"MAX_VALUES" default:"5000" placeholder:"N" group:"limits" help:"The most values in the arguments of a document, and in the variables. 1 to 100000."`
	MaxListItems     int           `name:"max-list-items" setting:"MAX_LIST_ITEMS" default:"1000" placeholder:"N" group:"limits" help:"The most items of a list in arguments and variables. 1 to 100000."`
	MaxValueDepth    int           `name:"max-value-depth" setting:"MAX_VALUE_DEPTH" default:"10" placeholder:"N" group:"limits" help:"The most lists and objects within each other, in arguments and variables. 0 to 100."`
	MaxNodes         int           `name:"max-nodes" setting:"MAX_NODES" default:"500000" placeholder:"N" group:"limits" help:"The most objects that an answer could have. 1 to 1000000000."`
	MaxAnswered      int           `name:"max-answered" setting:"MAX_ANSWERED" default:"500000" placeholder:"N" group:"limits" help:"The most values that an answer could have; a text counts for four. 1 to 1000000000."`
	MaxCost          int           `name:"max-cost" setting:"MAX_COST" default:"10000" placeholder:"POINTS" group:"limits" help:"The most points that an operation may cost. 1 to 1000000000."`
	MaxRead          int           `name:"max-read" setting:"MAX_READ" default:"8388608" placeholder:"BYTES" group:"limits" help:"The most bytes of rows that an operation may read from the database. 65536 to 1073741824."`
	MaxAnswer        int           `name:"max-answer" setting:"MAX_ANSWER" default:"8388608" placeholder:"BYTES" group:"limits" help:"The most bytes of data in an answer. 65536 to 1073741824."`
	Introspection    bool          `name:"introspection" setting:"INTROSPECTION" default:"true" negatable:"" group:"limits" help:"Whether clients may ask for the schema. If not, no error suggests names of it either."`
	MaxIntrospection int           `name:"max-introspection" setting:"MAX_INTROSPECTION" default:"500" placeholder:"N" group:"limits" help:"The most fields of an operation that ask for the schema; no other limit counts them. 1 to 10000."`
	MaxIntrospected  int           `name:"max-introspected" setting:"MAX_INTROSPECTED" default:"20000" placeholder:"N" group:"limits" help:"The most fields of the schema in an answer; all of them are some 6000. 1 to 1000000."`
	OperationTimeout time.Duration `name:"operation-timeout" setting:"OPERATION_TIMEOUT" default:"10s" placeholder:"DURATION" group:"limits" help:"How long an operation may take. 10ms to 10m."`
	MaxOperations    int           `name:"max-operations" setting:"MAX_OPERATIONS" default:"0" placeholder:"N" group:"limits" help:"The most requests of the API at work at once; twice as many may wait for a place, for two seconds. 0 is 16 for each core; at most 100000."`
	AnswerCacheBytes int           `name:"answer-cache-bytes" setting:"ANSWER_CACHE_BYTES" default:"67108864" placeholder:"BYTES" group:"limits" help:"The memory for whole answers that are kept until something that they were made of changes. 0 keeps none; at most 68719476736. Without the feed of changes none is kept."`
	RateLimit        string        `name:"rate-limit" setting:"RATE_LIMIT" placeholder:"on|off" group:"limits" help:"Whether viewers have points to spend. If not set: off on atelier's own PostgreSQL, on with DATABASE_URL."`
	RatePoints       int           `name:"rate-points" setting:"RATE_POINTS" default:"100000" placeholder:"POINTS" group:"limits" help:"The points that a viewer has; callers without a token share a tenth by address. 1 to 1000000000."`
	RateRefill       int           `name:"rate-refill" setting:"RATE_REFILL" default:"2000" placeholder:"POINTS" group:"limits" help:"The points that come back each second. 1 to 1000000000."`

	CORSOrigins    []string `name:"cors-origins" setting:"CORS_ORIGINS" placeholder:"ORIGIN,…" group:"web" help:"The origins whose pages may use the API from a browser, such as https://app.example.org; * is all."`
	TrustedProxies []string `name:"trusted-proxies" setting:"TRUSTED_PROXIES" placeholder:"CIDR,…" group:"web" help:"The proxies that are believed when X-Forwarded-For says whom a request comes from, such as 10.0.0.0/8."`
	Operations     []string `name:"metrics-operations" setting:"METRICS_OPERATIONS" placeholder:"NAME,…" group:"web" help:"The names of operations that metrics tell apart; all others are counted together."`

	LogLevel  string `name:"log-level" setting:"LOG_LEVEL" default:"info" placeholder:"LEVEL" group:"logging" help:"The least that is logged: debug, info, warn or error."`
	LogFormat string `name:"log-format" setting:"LOG_FORMAT" default:"text" placeholder:"FORMAT" group:"logging" help:"text or json."`
}

// IsEmbedded reports whether the database is atelier's own.
func (c Config) IsEmbedded() bool { return c.DatabaseURL == "" }

// Migrates reports whether the server migrates the database when it starts.
func (c Config) Migrates() bool { return orElse(c.Migrate, c.IsEmbedded()) }

// FollowsChanges reports whether the server is told what changes in the database.
func (c Config) FollowsChanges() bool { return c.ChangeFeed == "on" }

// HasCache reports whether what was read is kept.
func (c Config) HasCache() bool { return c.Cache == "on" }

// LimitsRate reports whether viewers have points to spend.
func (c Config) LimitsRate() bool {
	return c.RateLimit == "on" || c.RateLimit == "" && !c.IsEmbedded()
}

// Algorithm is the one that tokens may be signed by.
func (c Config) Algorithm() string {
	switch {
	case c.JWTAlgorithm != "":
		return c.JWTAlgorithm
	case c.JWKSURL != "":
		return "RS256"
	}
	return "HS256"
}

// HasDemo reports whether the server answers the demo's pictures and, on its own database, makes demo data.
func (c Config) HasDemo() bool { return orElse(c.Demo, c.IsEmbedded()) }

func orElse(choice *bool, fallback bool) bool {
	if choice == nil {
		return fallback
	}
	return *choice
}
