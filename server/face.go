package server

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"atelier/auth"
	"atelier/domain"
	"atelier/edge"
	"atelier/graph"
	"atelier/graph/document"
	"atelier/graph/transport"
	"atelier/loaders"
	"atelier/metrics"
	"atelier/ratelimit"
	"atelier/resolvers"
)

// api is the GraphQL handler behind what bounds it. The whole request is taken in first; then it gets a place among those at work,
// where it is asked who sends it and what it asks for is done; it leaves that place when its answer begins.
func (s *Server) api(door auth.Door, r *resolvers.Resolver) http.Handler {
	operations := s.metrics.Operations(s.config.Operations)
	r.Observe(loaders.Observer{Batch: operations.CountBatch, Panic: operations.CountPanic})
	r.Allow(int64(s.config.MaxRead))
	handler := graph.NewHandler(graph.Options{
		Resolvers: r, Prepare: r.Prepare, Readmit: s.readmit, Log: s.log, OnPanic: operations.CountPanic, OnFallback: operations.CountFallback,
		Generated: s.config.Executor == "generated",
		Transport: s.transport(r, operations),
	})
	overloaded := s.overloaded(operations)
	delivery := edge.Delivery{Within: s.config.WriteTimeout, Overloaded: overloaded}
	reception := edge.Reception{
		MaxBody: int64(s.config.MaxBody), Within: s.config.BodyTimeout, TooSlow: s.tooSlow(operations), Overloaded: overloaded,
	}
	door.Refuse = func(w http.ResponseWriter, r *http.Request, status int, failure *domain.Error) {
		operations.CountError(string(failure.Code))
		transport.Refuse(w, r, status, failure, nil)
	}
	return edge.Chain(handler, delivery.Middleware(), reception.Middleware(), s.admission(overloaded).Middleware(), door.Middleware)
}

// readmit has mutations run in the role that the viewer has now, not a moment ago.
func (s *Server) readmit(ctx context.Context) (context.Context, error) {
	return auth.Readmit(ctx, s.store.Role)
}

func (s *Server) transport(r *resolvers.Resolver, operations *metrics.Operations) transport.Settings {
	t := transport.Settings{
		Limits: s.limits(), MaxBody: int64(s.config.MaxBody), MaxAnswer: s.config.MaxAnswer, Deadline: s.config.OperationTimeout, Origins: s.config.CORSOrigins,
		Measure: r.Measure, Answers: s.answers, Pack: edge.Pack,
		Observe: func(ctx context.Context, o transport.Outcome) {
			s.noteOperation(ctx, operations, o)
			s.noteAnswer(o)
		},
	}
	if s.config.LimitsRate() {
		t.Budget = &budget{
			buckets: s.buckets(), proxies: networks(s.config.TrustedProxies),
			rate: ratelimit.Rate{Burst: float64(s.config.RatePoints), PerSecond: float64(s.config.RateRefill)},
		}
	}
	return t
}

// buckets are shared by all replicas where there is a Redis.
func (s *Server) buckets() *ratelimit.Shared {
	if s.redis == nil {
		return ratelimit.NewShared(nil, "")
	}
	return ratelimit.NewShared(s.redis.Do, s.config.RedisPrefix+":points:")
}

func (s *Server) limits() document.Limits {
	limits := document.Defaults()
	limits.Tokens, limits.Depth, limits.Fields, limits.Aliases = s.config.MaxTokens, s.config.MaxDepth, s.config.MaxFields, s.config.MaxAliases
	limits.RootFields, limits.Directives, limits.Fragments = s.config.MaxRootFields, s.config.MaxDirectives, s.config.MaxFragments
	limits.Variables, limits.Values, limits.ListItems = s.config.MaxVariables, s.config.MaxValues, s.config.MaxListItems
	limits.ValueDepth, limits.Introspected = s.config.MaxValueDepth, s.config.MaxIntrospected
	limits.Nodes, limits.Answered, limits.Cost = s.config.MaxNodes, s.config.MaxAnswered, s.config.MaxCost
	if limits.Introspection = s.config.MaxIntrospection; !s.config.Introspection {
		limits.Introspection = 0
	}
	return limits
}

func (s *Server) admission(overloaded http.Handler) edge.Admission {
	a := edge.DefaultAdmission()
	a.Overloaded = overloaded
	if s.config.MaxOperations > 0 {
		a.AtWork, a.Waiting = s.config.MaxOperations, 2*s.config.MaxOperations
	}
	return a
}

// overloaded answers what the server has no place or no room for.
func (s *Server) overloaded(operations *metrics.Operations) http.Handler {
	failure := domain.NewError(domain.Overloaded, "the server has as much to do as it takes on; ask again soon")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		operations.CountError(string(failure.Code))
		w.Header().Set("Retry-After", "1")
		transport.Refuse(w, r, http.StatusServiceUnavailable, failure, nil)
	})
}

// tooSlow answers a client whose request does not come in.
func (s *Server) tooSlow(operations *metrics.Operations) http.Handler {
	failure := domain.NewError(domain.RequestTimeout, "the body of the request took too long to arrive")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		operations.CountError(string(failure.Code))
		transport.Refuse(w, r, http.StatusRequestTimeout, failure, nil)
	})
}

// noteOperation counts and logs an operation: its name if it is registered, and nothing else that the client chose.
func (s *Server) noteOperation(ctx context.Context, operations *metrics.Operations, o transport.Outcome) {
	operations.Count(metrics.Operation{
		Name: o.Name, Kind: string(o.Kind), Codes: o.Codes, Ran: o.Ran, Left: o.Left, Took: o.Took, Statements: o.Work.Statements, Bound: o.Bound,
	})
	s.log.LogAttrs(ctx, slog.LevelDebug, "operation", slog.String("kind", string(o.Kind)), slog.Any("codes", o.Codes),
		slog.Int("points", o.Cost.Points), slog.Int("statements", o.Work.Statements), slog.Duration("took", o.Took))
}

// edged wraps the routes in what every request passes. RequestID gives the request a new context, so it comes before what
// looks at the route afterwards.
func (s *Server) edged(routes http.Handler) http.Handler {
	return edge.Chain(routes, s.readiness.endConnections, edge.RequestID, edge.Compress(), s.observed, s.recovered, edge.SecurityHeaders,
		edge.CORS(s.config.CORSOrigins, transport.HeaderCost, transport.HeaderCache, "If-None-Match"))
}

// budget gives each viewer points to spend, and callers without a token a tenth of that by their address.
type budget struct {
	buckets *ratelimit.Shared
	rate    ratelimit.Rate
	proxies []netip.Prefix
}

const anonymousShare = 0.1

// Take implements transport.Budget.
func (b *budget) Take(r *http.Request, points int) (taken, remaining int, wait time.Duration) {
	caller, rate := b.caller(r)
	return b.buckets.Take(r.Context(), caller, rate, points)
}

// Return implements transport.Budget.
func (b *budget) Return(r *http.Request, points int) (remaining int) {
	caller, rate := b.caller(r)
	return b.buckets.Return(r.Context(), caller, rate, points)
}

func (b *budget) caller(r *http.Request) (string, ratelimit.Rate) {
	if viewer := auth.ViewerFrom(r.Context()); viewer.IsSignedIn() {
		return "user " + string(viewer.ID), b.rate
	}
	return "address " + clientNetwork(r, b.proxies), b.rate.Times(anonymousShare)
}
