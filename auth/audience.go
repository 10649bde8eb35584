package auth

import (
	"io"
	"slices"
	"strconv"

	"atelier/domain"
)

// Audience is whom a rule lets in. The schema's enum of the same name says what each means.
type Audience string

// The audiences, from the widest to the narrowest.
const (
	Anyone   Audience = "ANYONE"
	SignedIn Audience = "SIGNED_IN"
	Member   Audience = "MEMBER"
	Reader   Audience = "READER"
	Owner    Audience = "OWNER"
	Admin    Audience = "ADMIN"
)

// Audiences returns every audience.
func Audiences() []Audience { return []Audience{Anyone, SignedIn, Member, Reader, Owner, Admin} }

// MarshalGQL writes the audience as a JSON string.
func (a Audience) MarshalGQL(w io.Writer) { writeQuoted(w, string(a)) }

// UnmarshalGQL reads one of the audiences; anything else is INVALID_ARGUMENT.
func (a *Audience) UnmarshalGQL(v any) error {
	word, _ := v.(string)
	if !slices.Contains(Audiences(), Audience(word)) {
		return domain.NewError(domain.InvalidArgument, "not an audience")
	}
	*a = Audience(word)
	return nil
}

// Denial is what a viewer gets where a rule does not let them in.
type Denial string

// The denials.
const (
	DenyWithError Denial = "ERROR"
	DenyWithNull  Denial = "NULL"
)

// MarshalGQL writes the denial as a JSON string.
func (d Denial) MarshalGQL(w io.Writer) { writeQuoted(w, string(d)) }

// UnmarshalGQL reads one of the denials; anything else is INVALID_ARGUMENT.
func (d *Denial) UnmarshalGQL(v any) error {
	word, _ := v.(string)
	if word != string(DenyWithError) && word != string(DenyWithNull) {
		return domain.NewError(domain.InvalidArgument, "not a denial")
	}
	*d = Denial(word)
	return nil
}

func writeQuoted(w io.Writer, word string) { _, _ = io.WriteString(w, strconv.Quote(word)) }
