package auth

import (
	"testing"

	"atelier/domain"
)

func TestViewerInContext(t *testing.T) {
	if got := ViewerFrom(t.Context()); got != (Viewer{}) {
		t.Errorf("without a viewer, %+v asks", got)
	}
	want := Viewer{ID: "u1", Role: domain.RoleUser}
	if got := ViewerFrom(WithViewer(t.Context(), want)); got != want {
		t.Errorf("%+v asks, want %+v", got, want)
	}
}

func TestViewerKinds(t *testing.T) {
	tests := map[string]struct{ signedIn, member, admin bool }{
		"anonymous": {},
		"nameless":  {},
		"waiting":   {signedIn: true},
		"odd":       {signedIn: true},
		"owner":     {signedIn: true, member: true},
		"admin":     {signedIn: true, member: true, admin: true},
	}
	for name, want := range tests {
		v := viewers[name]
		if v.IsSignedIn() != want.signedIn || v.IsMember() != want.member || v.IsAdmin() != want.admin {
			t.Errorf("%s: signed in %t, member %t, admin %t", name, v.IsSignedIn(), v.IsMember(), v.IsAdmin())
		}
	}
}
