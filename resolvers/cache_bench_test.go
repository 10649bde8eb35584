package resolvers_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"atelier/cache"
	"atelier/cache/redistest"
)

// BenchmarkUncachedReads asks for what no cache has, in rounds that alternate between an API without a cache and one with it, and reports by how much
// the median of the second is slower: it must be 5 % at most.
func BenchmarkUncachedReads(b *testing.B) {
	url := database(b, "world.sql")
	server := redistest.Start(b)
	for name, query := range map[string]func(i int) string{
		"a list": func(int) string { return `{ tasks(first: 20) { nodes { id status prompt user { id } } } }` },
		"a miss": func(i int) string {
			ids := ""
			for n := range 20 {
				ids += fmt.Sprintf("%q ", globalID("User", fmt.Sprint("none-", i, "-", n)))
			}
			return `{ nodes(ids: [` + ids + `]) { id } }`
		},
	} {
		b.Run(name+", in process", func(b *testing.B) { compare(b, newAPI(b, url), newCachedAPI(b, url), query) })
		b.Run(name+", with redis", func(b *testing.B) { compare(b, newAPI(b, url), newSharedAPI(b, url, server), query) })
	}
}

// newSharedAPI is newCachedAPI with a Redis.
func newSharedAPI(b *testing.B, url string, server *redistest.Server) *api {
	b.Helper()
	client, err := cache.OpenRedis(server.URL())
	if err != nil {
		b.Fatal(err)
	}
	c, err := cache.New(cache.Options{Redis: cache.NewDoor(client), Prefix: b.Name()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.Close(); _ = client.Close() })
	for c.State() != "shared" {
		time.Sleep(time.Millisecond) //nolint:forbidigo // It tells nobody.
	}
	a := newAPI(b, url)
	a.root.Through(c)
	return a
}

func compare(b *testing.B, without, with *api, query func(i int) string) {
	b.Helper()
	took := [2][]time.Duration{}
	i := 0
	for b.Loop() {
		for n, a := range []*api{without, with} {
			i++
			text := query(i)
			begun := time.Now()
			a.query(b, ada, text, nil)
			took[n] = append(took[n], time.Since(begun))
		}
	}
	slices.Sort(took[0])
	slices.Sort(took[1])
	before, after := took[0][len(took[0])/2], took[1][len(took[1])/2]
	b.ReportMetric(float64(before.Microseconds()), "µs-without")
	b.ReportMetric(float64(after.Microseconds()), "µs-with")
	b.ReportMetric(100*(float64(after)/float64(before)-1), "%slower")
}
