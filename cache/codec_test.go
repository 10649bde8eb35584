package cache

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"atelier/domain"
)

// filled sets every field of a value to something, so that a field that a walk leaves out is missed. What has grown since needs a walk and a
// higher version in keys.go.
func filled(t *testing.T, v reflect.Value, seed int) {
	t.Helper()
	switch value := v.Addr().Interface().(type) {
	case *time.Time:
		*value = time.Date(2026, 3, 1, 12, 0, seed, 1000*seed, time.UTC)
		return
	case *domain.Decimal:
		parsed, err := domain.ParseDecimal(fmt.Sprint(seed, ".5"))
		if err != nil {
			t.Fatal(err)
		}
		*value = parsed
		return
	case *domain.JSON:
		*value = domain.JSON(fmt.Sprintf(`{"n": %d}`, seed))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			filled(t, v.Field(i), seed+i+1)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		filled(t, v.Elem(), seed+7)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		filled(t, v.Index(0), seed+11)
		filled(t, v.Index(1), seed+12)
	case reflect.String:
		v.SetString(strings.Repeat("ü", 1+seed%3) + fmt.Sprint(seed))
	case reflect.Int, reflect.Int64:
		v.SetInt(-int64(seed) << 33)
	case reflect.Float64:
		v.SetFloat(float64(seed) / 3)
	case reflect.Bool:
		v.SetBool(true)
	default:
		t.Fatalf("nobody has said how to fill %v", v.Type())
	}
}

func fill2[T any](t *testing.T) *T {
	t.Helper()
	v := new(T)
	filled(t, reflect.ValueOf(v).Elem(), 1)
	return v
}

// survives reports what comes of a value that is written and read, and that no part of its bytes is taken for it.
func survives[K comparable, V any](t *testing.T, name string, e *Entry[K, V], value V) {
	t.Helper()
	var other sync.WaitGroup
	other.Go(func() { encoded(e, value) }) // It is written while others look at it: the race detector sees what is not left alone.
	text := encoded(e, value)
	other.Wait()
	got, ok := e.decode(text)
	if !ok || !reflect.DeepEqual(got, any(value)) {
		t.Errorf("%s: %+v became %+v (%v)", name, value, got, ok)
	}
	for i := range text {
		if _, ok := e.decode(text[:i]); ok {
			t.Errorf("%s: %d bytes of %d are taken for the whole", name, i, len(text))
		}
	}
	if _, ok := e.decode(append(text, 0)); ok {
		t.Errorf("%s: what follows is not noticed", name)
	}
}

func encoded[K comparable, V any](e *Entry[K, V], value V) []byte {
	c := coder{}
	e.encode(&c, value)
	return c.buffer
}

func TestEveryFieldSurvives(t *testing.T) {
	t.Parallel()
	task := func(task domain.Task, service domain.Service) domain.Task {
		task.Common().ID.Service = service
		return task
	}
	survives(t, "user", UserInfo, fill2[domain.User](t))
	survives(t, "plain user", UserInfo, &domain.User{CreatedAt: time.Unix(0, 0).UTC(), UpdatedAt: time.Unix(0, 0).UTC()})
	survives(t, "models", ModelList, []*domain.Model{fill2[domain.Model](t), fill2[domain.Model](t)})
	survives(t, "no models", ModelList, nil)
	survives(t, "model", ModelsFull, fill2[domain.Model](t))
	survives(t, "service", AIConfig, fill2[domain.AIService](t))
	survives(t, "statistics", UserStats, fill2[domain.Statistics](t))
	survives(t, "Midjourney", TaskStatusFull, task(fill2[domain.MidjourneyTask](t), domain.Midjourney))
	survives(t, "Flux", TaskStatusFull, task(fill2[domain.FluxTask](t), domain.Flux))
	survives(t, "Dreamwork", TaskStatus, task(fill2[domain.DreamworkTask](t), domain.Dreamwork))
}

func TestWhatAnotherReleaseWroteIsNotThere(t *testing.T) {
	t.Parallel()
	now, at := time.Now(), UserInfo.keyOf("a")
	it := newItem(UserInfo, at, fill2[domain.User](t), true, 0, nil, now)
	it.shared = shared{newTicket(), "12"}
	text := it.write(encoded(UserInfo, it.value.(*domain.User)))
	if got, ok := readItem(at, text, 0, now); !ok || !reflect.DeepEqual(got.value, it.value) || got.shared.era != "12" {
		t.Fatalf("%+v, %v", got, ok)
	}
	for i := range text {
		if _, ok := readItem(at, text[:i], 0, now); ok {
			t.Errorf("%d bytes of %d are taken for the whole", i, len(text))
		}
	}
	header := 1 + ticketSize + len("12:")
	for name, change := range map[string]func([]byte){
		"format":  func(b []byte) { b[header]++ },
		"version": func(b []byte) { b[header+1]++ },
		"kind":    func(b []byte) { b[0] = 'X' },
	} {
		other := append([]byte{}, text...)
		change(other)
		if _, ok := readItem(at, other, 0, now); ok {
			t.Errorf("another %s is read", name)
		}
	}
	if _, ok := readItem(at, text, 0, now.Add(time.Hour)); ok {
		t.Error("what has expired is read")
	}
	if _, ok := readItem(at, text, 0, now.Add(-maxLifetime)); ok {
		t.Error("what claims to last for hours is read")
	}
}

func FuzzReadItem(f *testing.F) {
	now := time.Now()
	for _, e := range []key{UserInfo.keyOf("a"), ModelList.keyOf(ModelScope{}), TaskStatus.keyOf(domain.TaskID{})} {
		f.Add(int(e.entry), []byte("V123456780:\x01\x010"))
	}
	it := newItem(UserInfo, UserInfo.keyOf("a"), &domain.User{ID: "a"}, true, 0, nil, now)
	it.shared = shared{newTicket(), "0"}
	f.Add(0, it.write(encoded(UserInfo, &domain.User{ID: "a"})))
	f.Fuzz(func(_ *testing.T, entry int, text []byte) {
		k := key{entry: uint64(uint(entry) % uint(len(entries)))}
		_, _ = readItem(k, text, 0, now)
		_, _ = k.spec().decode(text)
	})
}
