package domain_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"atelier/domain"
)

func TestStatusOf(t *testing.T) {
	t.Parallel()
	midjourney := map[string]domain.TaskStatus{
		"NOT_START": domain.TaskQueued, "SUBMITTED": domain.TaskQueued, "MODAL": domain.TaskWaitingInput, "IN_PROGRESS": domain.TaskRunning,
		"SUCCESS": domain.TaskSucceeded, "FAILURE": domain.TaskFailed, "CANCELLED": domain.TaskCancelled, "PENDING": domain.TaskUnknown, "FAILED": domain.TaskUnknown,
	}
	flux := map[string]domain.TaskStatus{
		"PENDING": domain.TaskQueued, "IN_PROGRESS": domain.TaskRunning, "SUCCESS": domain.TaskSucceeded, "FAILED": domain.TaskFailed, "CANCELLED": domain.TaskCancelled,
		"NOT_START": domain.TaskUnknown, "FAILURE": domain.TaskUnknown, "MODAL": domain.TaskUnknown,
	}
	for service, words := range map[domain.Service]map[string]domain.TaskStatus{domain.Midjourney: midjourney, domain.Dreamwork: midjourney, domain.Flux: flux} {
		words[""], words["success"], words["THROTTLED"] = domain.TaskUnknown, domain.TaskUnknown, domain.TaskUnknown
		for word, want := range words {
			if got := domain.StatusOf(service, word); got != want {
				t.Errorf("%s %s: %s, want %s", service, word, got, want)
			}
		}
	}
}

// The words of a status are those that mean it; those of UNKNOWN are all that mean something.
func TestProviderWords(t *testing.T) {
	t.Parallel()
	statuses := []domain.TaskStatus{domain.TaskQueued, domain.TaskWaitingInput, domain.TaskRunning, domain.TaskSucceeded, domain.TaskFailed, domain.TaskCancelled}
	for _, service := range domain.Services() {
		var all []string
		for _, status := range statuses {
			words := domain.ProviderWords(service, status)
			for _, word := range words {
				if domain.StatusOf(service, word) != status {
					t.Errorf("%s %s is not %s", service, word, status)
				}
			}
			all = append(all, words...)
		}
		known := domain.ProviderWords(service, domain.TaskUnknown)
		slices.Sort(all)
		slices.Sort(known)
		if !slices.Equal(all, known) || len(known) == 0 {
			t.Errorf("%s: %v and %v", service, all, known)
		}
	}
	if words := domain.ProviderWords(domain.Flux, domain.TaskWaitingInput); words != nil {
		t.Errorf("Flux waits for input: %v", words)
	}
}

func TestIsFinal(t *testing.T) {
	t.Parallel()
	for status, want := range map[domain.TaskStatus]bool{
		domain.TaskSucceeded: true, domain.TaskFailed: true, domain.TaskCancelled: true, domain.TaskQueued: false, domain.TaskRunning: false, domain.TaskWaitingInput: false, domain.TaskUnknown: false,
	} {
		if status.IsFinal() != want {
			t.Errorf("%s is final: %t", status, !want)
		}
	}
}

func TestModelAccess(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{ // Who of x and y may read.
		`{}`: "", `null`: "", `[]`: "", `"x"`: "", `true`: "", `{`: "", ``: "", `{"read": null}`: "", `{"read": {}}`: "", `{"read": {"user_ids": null}}`: "", `{"read": {"user_ids": []}}`: "",
		`{"read": {"user_ids": ["x"]}}`: "x", `{"read": {"user_ids": ["x", "y"]}}`: "xy", `{"read": {"user_ids": ["X", "x "]}}`: "", `{"read": {"user_ids": "x"}}`: "", `{"read": {"user_ids": ["x", 1]}}`: "",
		`{"read": {"user_ids": ["y"], "group_ids": ["g"]}, "write": {"user_ids": ["x"]}}`: "y", `{"user_ids": ["x"]}`: "", `{"read": "x"}`: "",
	} {
		access, got := domain.ParseModelAccess([]byte(raw)), ""
		for _, id := range []domain.UserID{"x", "y"} {
			if access.Admits(id) {
				got += string(id)
			}
		}
		if got != want || access.Everyone || access.Admits("") {
			t.Errorf("%s: %q, want %q", raw, got, want)
		}
	}
	if open := domain.ParseModelAccess(nil); !open.Everyone || !open.Admits("x") {
		t.Errorf("NULL: %+v", open)
	}
	if (domain.ModelAccess{}).Admits("") {
		t.Error("nobody's rules admit someone")
	}
}

func TestNumbered(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		total, page, size, pages int
		next, prev               bool
	}{
		{0, 1, 20, 0, false, false}, {0, 3, 20, 0, false, false}, {1, 1, 20, 1, false, false}, {20, 1, 20, 1, false, false}, {21, 1, 20, 2, true, false}, {21, 2, 20, 2, false, true}, {21, 9, 20, 2, false, true}, {41, 2, 20, 3, true, true},
	} {
		n := &domain.Numbered[int]{Total: c.total, Page: c.page, PageSize: c.size}
		if n.TotalPages() != c.pages || n.HasNext() != c.next || n.HasPrev() != c.prev {
			t.Errorf("%+v: %d pages, next %t, prev %t", c, n.TotalPages(), n.HasNext(), n.HasPrev())
		}
	}
	if offset := (domain.NumberedPage{Number: 3, Size: 7}).Offset(); offset != 14 {
		t.Errorf("offset %d", offset)
	}
}

func TestCodeOf(t *testing.T) {
	t.Parallel()
	told := domain.Errorf(domain.NotFound, "there is no %s", "such thing")
	for code, errs := range map[domain.Code][]error{
		domain.NotFound: {told, fmt.Errorf("read: %w", told), errors.Join(errors.New("other"), told)},
		domain.Internal: {nil, errors.New("other"), errors.New("read: " + told.Error())},
	} {
		for _, err := range errs {
			if got := domain.CodeOf(err); got != code {
				t.Errorf("%v: %s, want %s", err, got, code)
			}
		}
	}
	if told.Error() != "there is no such thing" {
		t.Error(told)
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	raw := []byte(`{"a": 1}`)
	var j domain.JSON
	if err := j.Scan(raw); err != nil {
		t.Fatal(err)
	}
	clear(raw) // The driver uses its buffer again.
	var out strings.Builder
	if j.MarshalGQL(&out); out.String() != `{"a": 1}` {
		t.Error(out.String())
	}
	if err := j.Scan(nil); err != nil || j != nil {
		t.Errorf("%s, %v", j, err)
	}
	out.Reset()
	if j.MarshalGQL(&out); out.String() != "null" {
		t.Error(out.String())
	}
	if j.Scan("text") == nil || domain.CodeOf(j.UnmarshalGQL("{}")) != domain.InvalidArgument {
		t.Error("it took what it should not")
	}
}

func TestPositions(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	user := &domain.User{ID: "u", Name: "Una", CreatedAt: at}
	for name, c := range map[string]struct{ got, want domain.Position }{
		"user by time": {domain.UserOrder{}.Position(user), domain.Position{At: at, ID: "u"}},
		"user by name": {domain.UserOrder{Field: domain.UsersByName}.Position(user), domain.Position{Text: "Una", ID: "u"}},
		"task": {
			domain.TaskOrder{}.Position(&domain.FluxTask{TaskBase: domain.TaskBase{ID: domain.TaskID{Service: domain.Flux, Key: "t"}, SubmittedAt: at}}),
			domain.Position{At: at, ID: "t", Service: domain.Flux},
		},
		"chat":           {domain.ChatPosition(&domain.Chat{ID: "c", UpdatedAt: at}), domain.Position{At: at, ID: "c"}},
		"message":        {domain.MessagePosition(&domain.Message{ID: "m", CreatedAt: at}), domain.Position{At: at, ID: "m"}},
		"file":           {domain.FilePosition(&domain.File{ID: "f", CreatedAt: at}), domain.Position{At: at, ID: "f"}},
		"generated file": {domain.GeneratedFilePosition(&domain.GeneratedFile{ID: "g", CreatedAt: at}), domain.Position{At: at, ID: "g"}},
		"credit log":     {domain.CreditLogPosition(&domain.CreditLog{ID: "l", CreatedAt: at}), domain.Position{At: at, ID: "l"}},
	} {
		if c.got != c.want {
			t.Errorf("%s: %+v, want %+v", name, c.got, c.want)
		}
	}
}

func TestSmallWords(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	if domain.TristateOf(nil) != domain.Either || domain.TristateOf(&yes) != domain.Yes || domain.TristateOf(&no) != domain.No {
		t.Error("tristates")
	}
	for role, want := range map[domain.Role]bool{domain.RoleAdmin: true, domain.RoleUser: true, domain.RolePending: true, "": false, "Admin": false, "superuser": false} {
		if role.IsValid() != want {
			t.Errorf("%q is a role: %t", role, !want)
		}
	}
	if !slices.IsSorted(domain.Services()) {
		t.Error("services are not in the order of their names, in which lists break ties")
	}
	for source, known := range map[domain.Service]bool{domain.Flux: true, "sora": false, "": false} {
		if (&domain.GeneratedFile{Source: domain.TaskID{Service: source}}).Service() != nil != known {
			t.Errorf("%q is a service: %t", source, !known)
		}
	}
}
