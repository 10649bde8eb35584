package cache

import (
	"context"
	"fmt"
	"testing"

	"atelier/domain"
)

func benchCache(b *testing.B) *Cache {
	b.Helper()
	c, err := New(Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(c.Close)
	return c
}

// BenchmarkHit is 20 users that are there.
func BenchmarkHit(b *testing.B) {
	c, ids := benchCache(b), make([]domain.UserID, 20)
	found := map[domain.UserID]*domain.User{}
	for i := range ids {
		ids[i] = domain.UserID(fmt.Sprint("u", i))
		found[ids[i]] = &domain.User{ID: ids[i], Name: "N"}
	}
	load := func(context.Context, []domain.UserID) (map[domain.UserID]*domain.User, error) { return found, nil }
	_, _ = GetMany(context.Background(), c, UserInfo, ids, load)
	c.local.memory.Wait()
	b.ReportAllocs()
	for b.Loop() {
		_, _ = GetMany(context.Background(), c, UserInfo, ids, load)
	}
}

// BenchmarkMiss is 20 users that are not, and a database that takes no time.
func BenchmarkMiss(b *testing.B) {
	c, i := benchCache(b), 0
	load := func(context.Context, []domain.UserID) (map[domain.UserID]*domain.User, error) { return nil, nil }
	b.ReportAllocs()
	for b.Loop() {
		ids := make([]domain.UserID, 20)
		for n := range ids {
			i++
			ids[n] = domain.UserID(fmt.Sprint("u", i))
		}
		_, _ = GetMany(context.Background(), c, UserInfo, ids, load)
	}
}
