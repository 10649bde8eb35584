package resolvers_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"atelier/cache"
	"atelier/cache/redistest"
	"atelier/domain"
)

// BenchmarkUncachedReads asks for what no cache has, in rounds that alternate between an API without a cache and one with it, and reports by how much
// the lower quartile of the second is slower (what other work on the machine adds is mostly above): it must be 5 % at most. Rows that are there are forgotten before each round; those that are not have a new id each time.
func BenchmarkUncachedReads(b *testing.B) {
	url := database(b, "crowd.sql")
	server := redistest.Start(b)
	for name, query := range map[string]func(i int) string{
		"a list":    func(int) string { return `{ users(first: 50) { nodes { id name } } }` },
		"a user":    func(i int) string { return `{ user(id: "` + globalID("User", crowd(i)) + `") { id name email } }` },
		"20 users":  func(i int) string { return byID(func(n int) string { return crowd(20*i + n) }) },
		"20 absent": func(i int) string { return byID(func(n int) string { return fmt.Sprint("none-", i, "-", n) }) },
	} {
		b.Run(name+", in process", func(b *testing.B) { compare(b, newAPI(b, url), newForgetfulAPI(b, url, nil), query) })
		b.Run(name+", with redis", func(b *testing.B) { compare(b, newAPI(b, url), newForgetfulAPI(b, url, server), query) })
	}
}

// byID asks for 20 users.
func byID(id func(n int) string) string {
	ids := ""
	for n := range 20 {
		ids += fmt.Sprintf("%q ", globalID("User", id(n)))
	}
	return `{ nodes(ids: [` + ids + `]) { id ... on User { name email role } } }`
}

// forgetfulAPI is an API with a cache that can be made to forget.
type forgetfulAPI struct {
	*api
	cache *cache.Cache
}

func newForgetfulAPI(b *testing.B, url string, server *redistest.Server) forgetfulAPI {
	b.Helper()
	o, want := cache.Options{Prefix: b.Name()}, "local"
	if server != nil {
		client, err := cache.OpenRedis(server.URL())
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = client.Close() })
		o.Redis, want = cache.NewDoor(client), "shared"
	}
	c, err := cache.New(o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(c.Close)
	for c.State() != want {
		time.Sleep(time.Millisecond) //nolint:forbidigo // It tells nobody.
	}
	a := forgetfulAPI{newAPI(b, url), c}
	a.root.Through(c)
	return a
}

// forget makes everything that was read of users too old to be served.
func (a forgetfulAPI) forget() {
	a.cache.Changed(domain.ChangeBatch{AsOf: time.Now(), Changes: []domain.Change{{Table: domain.TableUsers, All: true}}})
}

func compare(b *testing.B, without *api, with forgetfulAPI, query func(i int) string) {
	b.Helper()
	took := [2][]time.Duration{}
	i := 0
	for b.Loop() {
		i++
		with.forget()
		for turn := range 2 {
			n := (i + turn) % 2 // Who begins alternates as well.
			a := []*api{without, with.api}[n]
			text := query(i)
			begun := time.Now()
			a.query(b, ada, text, nil)
			took[n] = append(took[n], time.Since(begun))
		}
	}
	slices.Sort(took[0])
	slices.Sort(took[1])
	before, after := took[0][len(took[0])/4], took[1][len(took[1])/4]
	b.ReportMetric(float64(before.Microseconds()), "µs-without")
	b.ReportMetric(float64(after.Microseconds()), "µs-with")
	b.ReportMetric(100*(float64(after)/float64(before)-1), "%slower")
}

// crowd is one of the users of crowd.sql.
func crowd(i int) string { return fmt.Sprintf("u%03d", 1+i%110) }
