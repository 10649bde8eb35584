package auth

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"atelier/domain"
)

// The viewers of the rules' tables. Objects belong to "owner", or to "waiting" where the table says so.
var viewers = map[string]Viewer{
	"anonymous":     {},
	"nameless":      {Role: domain.RoleAdmin}, // A role without a user is nobody's.
	"owner":         {ID: "owner", Role: domain.RoleUser},
	"other":         {ID: "other", Role: domain.RoleUser},
	"waiting":       {ID: "waiting", Role: domain.RolePending},
	"waiting-other": {ID: "waiting-other", Role: domain.RolePending},
	"odd":           {ID: "odd", Role: "moderator"}, // A role of another program's.
	"admin":         {ID: "admin", Role: domain.RoleAdmin},
}

const (
	nobody   = ""
	signedIn = "owner other waiting waiting-other odd admin"
	everyone = "anonymous nameless " + signedIn
)

func TestCheck(t *testing.T) {
	nothing := any(nil)
	owned := &domain.Chat{UserID: "owner"}
	ofWaiting := &domain.Chat{UserID: "waiting"}
	ownerless := &domain.Chat{}
	service := &domain.AIService{Service: domain.Flux}
	statistics := &domain.Statistics{}
	closed := &domain.Model{UserID: "owner"}
	shared := &domain.Model{UserID: "owner", Access: domain.ModelAccess{UserIDs: []domain.UserID{"other", "waiting", ""}}}
	public := &domain.Model{UserID: "waiting", Access: domain.ModelAccess{Everyone: true}}
	tests := []struct {
		to      Audience
		what    string
		object  any
		allowed string
	}{
		{Anyone, "nothing", nothing, everyone},
		{Anyone, "owned", owned, everyone},
		{SignedIn, "nothing", nothing, signedIn},
		{SignedIn, "owned", owned, signedIn},
		{Member, "nothing", nothing, "owner other admin"},
		{Member, "owned", owned, "owner other admin"},
		{Member, "of one pending", ofWaiting, "owner other waiting admin"},
		{Member, "service", service, "owner other admin"},
		{Owner, "nothing", nothing, "admin"},
		{Owner, "owned", owned, "owner admin"},
		{Owner, "of one pending", ofWaiting, "waiting admin"},
		{Owner, "ownerless", ownerless, "admin"},
		{Owner, "service", service, "admin"},
		{Owner, "statistics", statistics, "admin"},
		{Owner, "nil pointer", (*domain.FluxTask)(nil), "admin"},
		{Owner, "unknown type", struct{ UserID domain.UserID }{"owner"}, "admin"},
		{Reader, "nothing", nothing, "admin"},
		{Reader, "not a model", owned, "owner admin"},
		{Reader, "closed model", closed, "owner admin"},
		{Reader, "shared model", shared, "owner other admin"},
		{Reader, "public model", public, "owner other waiting admin"},
		{Reader, "nil model", (*domain.Model)(nil), "admin"},
		{Admin, "nothing", nothing, "admin"},
		{Admin, "owned", owned, "admin"},
		{"", "nothing", nothing, nobody},
		{"EVERYBODY", "owned", owned, nobody},
	}
	for _, test := range tests {
		for name, viewer := range viewers {
			t.Run(fmt.Sprintf("%s/%s/%s", test.to, test.what, name), func(t *testing.T) {
				checkDecision(t, Check(viewer, test.to, test.object), viewer, slices.Contains(strings.Fields(test.allowed), name))
			})
		}
	}
}

func checkDecision(t *testing.T, err error, viewer Viewer, allowed bool) {
	t.Helper()
	want := domain.Forbidden
	if viewer.ID == "" {
		want = domain.Unauthenticated
	}
	switch {
	case allowed && err != nil:
		t.Errorf("refused: %v", err)
	case !allowed && err == nil:
		t.Error("let in")
	case !allowed && (domain.CodeOf(err) != want || err.Error() == ""):
		t.Errorf("refused with %s %q, want %s", domain.CodeOf(err), err, want)
	}
}

// typeRules has a line for each type of object: its rule, an object of owner's (if it can be), and who may see that.
var typeRules = []struct {
	object  any
	rule    Audience
	owned   bool
	allowed string
}{
	{&domain.User{ID: "owner"}, Member, true, "owner other admin"},
	{&domain.User{ID: "waiting"}, Member, false, "owner other waiting admin"},
	{&domain.MidjourneyTask{TaskBase: domain.TaskBase{UserID: "owner"}}, Owner, true, "owner admin"},
	{&domain.FluxTask{TaskBase: domain.TaskBase{UserID: "owner"}}, Owner, true, "owner admin"},
	{&domain.DreamworkTask{TaskBase: domain.TaskBase{UserID: "owner"}}, Owner, true, "owner admin"},
	{&domain.Chat{UserID: "owner"}, Owner, true, "owner admin"},
	{&domain.Message{UserID: "a bot", Owner: "owner"}, Owner, true, "owner admin"},
	{&domain.File{UserID: "owner"}, Owner, true, "owner admin"},
	{&domain.GeneratedFile{UserID: "owner"}, Owner, true, "owner admin"},
	{&domain.CreditLog{UserID: "owner"}, Owner, true, "owner admin"},
	{&domain.Model{UserID: "owner"}, Reader, true, "owner admin"},
	{&domain.Model{UserID: "owner", Access: domain.ModelAccess{Everyone: true}, IsActive: false}, Reader, true, "owner other admin"},
	{&domain.AIService{}, Member, false, "owner other admin"},
	{&domain.Statistics{}, Owner, false, "admin"},
	{&domain.Price{}, Anyone, false, everyone},
	{&domain.UserError{}, Anyone, false, everyone},
	{(*domain.User)(nil), Member, false, nobody},
	{(*domain.FluxTask)(nil), Owner, false, nobody},
	{(*domain.Price)(nil), Anyone, false, nobody},
	{nil, "", false, nobody},
	{domain.User{ID: "owner"}, "", false, nobody}, // Objects are pointers.
	{"owner", "", false, nobody},
}

func TestRuleOf(t *testing.T) {
	for _, test := range typeRules {
		rule, known := RuleOf(test.object)
		if rule != test.rule || known != (test.rule != "") {
			t.Errorf("RuleOf(%T) = %q, %t, want %q", test.object, rule, known, test.rule)
		}
	}
}

func TestOwnerOf(t *testing.T) {
	for _, test := range typeRules {
		if owner, _ := OwnerOf(test.object); (owner == "owner") != test.owned {
			t.Errorf("OwnerOf(%T) = %q", test.object, owner)
		}
	}
	if owner, owned := OwnerOf(&domain.Chat{}); owned {
		t.Errorf("a chat without a user belongs to %q", owner)
	}
}

func TestMaySee(t *testing.T) {
	for _, test := range typeRules {
		for name, viewer := range viewers {
			want := slices.Contains(strings.Fields(test.allowed), name)
			if got := MaySee(viewer, test.object); got != want {
				t.Errorf("MaySee(%s, %T %+v) = %t", name, test.object, test.object, got)
			}
		}
	}
}

func TestEnumsSpeakGraphQL(t *testing.T) {
	for _, want := range Audiences() {
		var got Audience
		if err := got.UnmarshalGQL(string(want)); err != nil || got != want {
			t.Errorf("%s is read as %q, %v", want, got, err)
		}
		if quoted := marshalled(want.MarshalGQL); quoted != `"`+string(want)+`"` {
			t.Errorf("%s is written as %s", want, quoted)
		}
	}
	for _, want := range []Denial{DenyWithError, DenyWithNull} {
		var got Denial
		if err := got.UnmarshalGQL(string(want)); err != nil || got != want {
			t.Errorf("%s is read as %q, %v", want, got, err)
		}
		if quoted := marshalled(want.MarshalGQL); quoted != `"`+string(want)+`"` {
			t.Errorf("%s is written as %s", want, quoted)
		}
	}
}

func TestEnumsRefuseOtherWords(t *testing.T) {
	for _, word := range []any{"", "anyone", "EVERYBODY", nil, 1} {
		if err := new(Audience).UnmarshalGQL(word); domain.CodeOf(err) != domain.InvalidArgument {
			t.Errorf("the audience %v is read: %v", word, err)
		}
		if err := new(Denial).UnmarshalGQL(word); domain.CodeOf(err) != domain.InvalidArgument {
			t.Errorf("the denial %v is read: %v", word, err)
		}
	}
}

func marshalled(marshal func(io.Writer)) string {
	var out bytes.Buffer
	marshal(&out)
	return out.String()
}
