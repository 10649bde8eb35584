package cache

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"atelier/cache/redistest"
	"atelier/domain"
)

// TestRedisSeesNeitherFlushesNorScans looks at every command that was sent.
func TestRedisSeesNeitherFlushesNorScans(t *testing.T) {
	t.Parallel()
	redistest.Require(t)
	server, b := redistest.Start(t), newBase()
	r := newReplica(t, b, server).shares()
	changeAndAsk(t, b, 20, r)
	r.Changed(domain.ChangeBatch{
		AsOf: time.Now(), Log: b.id, Next: r.seen, Epoch: b.epochNow(), Changes: []domain.Change{{Table: domain.TableUsers, All: true}},
	})
	r.settle()
	stats, err := server.Client().Info(context.Background(), "commandstats").Result()
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"flushall", "flushdb", "scan", "keys", "sscan", "hgetall"} {
		if strings.Contains(stats, "cmdstat_"+command+":") {
			t.Errorf("redis was asked for %s", command)
		}
	}
	if !strings.Contains(stats, "cmdstat_mget:") {
		t.Error("values are not read together")
	}
}

// TestWhatIsInRedis: no id stands in a key, and everything ends.
func TestWhatIsInRedis(t *testing.T) {
	t.Parallel()
	server, b := redistest.Start(t), newBase()
	r := newReplica(t, b, server).shares()
	changeAndAsk(t, b, 20, r)
	r.settle()
	client, ctx := server.Client(), context.Background()
	for _, name := range client.Keys(ctx, "*").Val() {
		if !strings.HasPrefix(name, "{atelier}:1:") || strings.HasSuffix(name, "u1") {
			t.Errorf("a key reads %s", name)
		}
		if ttl := client.PTTL(ctx, name).Val(); ttl <= 0 {
			t.Errorf("%s lasts for ever", name)
		}
	}
}

func TestAddressesOfRedis(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"redis://localhost:6379/3":                        "*redis.Client",
		"rediss://u:p@localhost:6379":                     "*redis.Client",
		"redis://s1:26379?master_name=main&addr=s2:26379": "*redis.Client", // By way of the Sentinels.
		"redis://n1:6379?addr=n2:6379&addr=n3:6379":       "*redis.ClusterClient",
		"redis://localhost:6379?nonsense=1":               "it cannot be read",
		"http://localhost":                                "it cannot be read",
		"redis://u:hunter2%zz@localhost":                  "it is not a URL",
		"redis://u:hunter2@localhost:port":                "it is not a URL",
		"redis://localhost:6379/notanumber":               "it cannot be read",
	} {
		client, err := OpenRedis(address)
		got := fmt.Sprintf("%T", client)
		if err != nil {
			got = err.Error()
		} else {
			_ = client.Close()
		}
		if !strings.HasPrefix(got, want) || strings.Contains(got, "hunter2") {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

func TestEveryClientIsImpatient(t *testing.T) {
	t.Parallel()
	single, err := OpenRedis("rediss://localhost:6379")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = single.Close() })
	o := single.(*redis.Client).Options()
	if o.MaxRetries != 0 || o.ReadTimeout != patience || o.WriteTimeout != patience || o.PoolTimeout != patience || o.TLSConfig == nil || !o.ContextTimeoutEnabled {
		t.Errorf("%+v", o)
	}
	cluster, err := OpenRedis("redis://localhost:1?addr=localhost:2")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Close() })
	if o := cluster.(*redis.ClusterClient).Options(); o.MaxRetries > 0 || o.ReadTimeout != patience || len(o.Addrs) != 2 {
		t.Errorf("%+v", o)
	}
}
