package store_test

import (
	"fmt"
	"testing"

	"atelier/domain"
)

func TestModels(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u")
	w.exec(t, `INSERT INTO models (id, user_id, base_model_id, name, params, meta, access_control, price, is_active) VALUES
		('b', 'u', NULL, 'Same', NULL, NULL, NULL, 0, true), ('B', 'u', 'b', 'Same', '{"t": 1}', '{"d": 1}', '{"read": {"user_ids": ["x", "y"]}}', 1.5, true),
		('c', 'u', NULL, 'Another', NULL, NULL, '{}', 0, false), ('d', 'u', NULL, 'Zoo', NULL, NULL, 'null', 0, true)`)
	for inactive, want := range map[bool]string{false: "B b d", true: "c B b d"} {
		for _, full := range []bool{false, true} {
			found, err := w.Models(t.Context(), inactive, full)
			got := ""
			for i, m := range must(t, found, err) {
				if got += string(m.ID); i < len(found)-1 {
					got += " "
				}
				if m.ID == "B" {
					wantModel(t, m, full)
				}
			}
			if got != want {
				t.Errorf("inactive %t: %q, want %q", inactive, got, want)
			}
		}
	}
}

func wantModel(t *testing.T, m *domain.Model, full bool) {
	t.Helper()
	if m.UserID != "u" || *m.BaseModelID != "b" || m.Price.String() != "1.5000" || !m.IsActive || string(m.Params) != when(full, `{"t": 1}`) || string(m.Meta) != when(full, `{"d": 1}`) ||
		fmt.Sprint(m.Access) != "{false [x y]}" {
		t.Errorf("full %t: got %+v", full, m)
	}
}

func TestModelsByID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u")
	w.exec(t, `INSERT INTO models (id, user_id, name, access_control) VALUES ('everyone', 'u', 'a', NULL), ('owner', 'u', 'b', '{}'), ('json null', 'u', 'c', 'null'), ('broken', 'u', 'd', '{"read": {"user_ids": "x"}}')`)
	found, err := w.ModelsByID(t.Context(), []domain.ModelID{"everyone", "owner", "json null", "broken", "nothing"}, false)
	if must(t, found, err); len(found) != 4 {
		t.Fatalf("%d models", len(found))
	}
	for _, m := range found {
		if m.Access.Admits("x") != (m.ID == "everyone") || m.BaseModelID != nil {
			t.Errorf("%s: %+v", m.ID, m)
		}
	}
}

// The list is as long as operators make it, up to a bound.
func TestModelsAreAtMostAThousand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u")
	w.exec(t, `INSERT INTO models (id, user_id, name) SELECT i::text, 'u', to_char(i, 'FM0000') FROM generate_series(1, 1001) i`)
	found, err := w.Models(t.Context(), false, false)
	if must(t, found, err); len(found) != 1000 || found[999].Name != "1000" {
		t.Errorf("%d models", len(found))
	}
}

func TestAIServices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(t, `UPDATE ai_services SET enabled = false, base_url = 'https://flux', prices = '{"pro": "3", "dev": "0.5000"}', defaults = '{"a": 1}', max_concurrent_tasks = 7, task_timeout_seconds = 60 WHERE id = 'flux'`)
	found, err := w.AIServices(t.Context(), []domain.Service{domain.Midjourney, domain.Flux, "sora"})
	if must(t, found, err); len(found) != 2 {
		t.Fatalf("%d services", len(found))
	}
	flux, midjourney := found[0], found[1]
	if flux.Service != domain.Flux || flux.Enabled || *flux.BaseURL != "https://flux" || fmt.Sprint(flux.Prices) != "[{dev 0.5000} {pro 3.0000}]" || string(flux.Defaults) != `{"a": 1}` || flux.MaxConcurrentTasks != 7 || flux.TaskTimeoutSeconds != 60 {
		t.Errorf("got %+v", flux)
	}
	if midjourney.Service != domain.Midjourney || !midjourney.Enabled || midjourney.BaseURL != nil || fmt.Sprint(midjourney.Prices) != "[{fast 5.0000} {relax 2.0000} {turbo 10.0000}]" || midjourney.MaxConcurrentTasks != 5 || midjourney.TaskTimeoutSeconds != 300 {
		t.Errorf("got %+v", midjourney)
	}
	w.exec(t, `UPDATE ai_services SET prices = '{"pro": "cheap"}' WHERE id = 'flux'`)
	wantCode(t, second(w.AIServices(t.Context(), domain.Services())), domain.Internal)
}
