package auth

import (
	"reflect"

	"atelier/domain"
)

// Check returns nil if v belongs to the audience of object, else an error with the code UNAUTHENTICATED, where signing
// in might help, or FORBIDDEN. Object is nil where the rule is about a root field: nobody owns that. An audience that
// it does not know lets nobody in.
func Check(v Viewer, to Audience, object any) error {
	switch {
	case to == Anyone:
		return nil
	case !v.IsSignedIn():
		return domain.NewError(domain.Unauthenticated, "sign in: this takes a bearer token")
	case !admits(to, v, object):
		return domain.NewError(domain.Forbidden, refusal(to))
	}
	return nil
}

// admits is Check for a viewer who is signed in.
func admits(to Audience, v Viewer, object any) bool {
	switch to {
	case SignedIn:
		return true
	case Member:
		return v.IsMember() || owns(v, object)
	case Reader:
		return v.IsAdmin() || owns(v, object) || isNamedReader(v, object)
	case Owner:
		return v.IsAdmin() || owns(v, object)
	case Admin:
		return v.IsAdmin()
	}
	return false
}

func refusal(to Audience) string {
	switch to {
	case Member:
		return "this is for users who have been let in: the account is pending"
	case Admin:
		return "this is for admins"
	}
	return "this belongs to someone else"
}

// MaySee reports whether v may see that object exists, by the rule of its type. Nil, and an object of a type without a
// rule, nobody may see.
func MaySee(v Viewer, object any) bool {
	rule, known := RuleOf(object)
	return known && !isNil(object) && Check(v, rule, object) == nil
}

// RuleOf returns who may see objects of object's type, and false for a type without a rule. Objects are pointers, which
// may be nil here. It says what @visible says in the schema.
func RuleOf(object any) (Audience, bool) {
	switch object.(type) {
	case *domain.User, *domain.AIService:
		return Member, true
	case *domain.Model:
		return Reader, true
	case domain.Task, *domain.Chat, *domain.Message, *domain.File, *domain.GeneratedFile, *domain.CreditLog, *domain.Statistics:
		return Owner, true
	case *domain.Price, *domain.UserError:
		return Anyone, true
	}
	return "", false
}

// OwnerOf returns the user whom object belongs to; a user owns themselves. It is false for what belongs to nobody:
// services, nil, and Statistics, which name no user and are reached through theirs alone.
func OwnerOf(object any) (domain.UserID, bool) {
	if isNil(object) {
		return "", false
	}
	owner := ownerOf(object)
	return owner, owner != ""
}

// ownerOf returns "" for what belongs to nobody. Object is not nil.
func ownerOf(object any) domain.UserID {
	switch o := object.(type) {
	case *domain.User:
		return o.ID
	case domain.Task:
		return o.Common().UserID
	case *domain.Chat:
		return o.UserID
	case *domain.Message:
		return o.Owner // Whoever else wrote it, the chat is shown whole.
	case *domain.File:
		return o.UserID
	case *domain.GeneratedFile:
		return o.UserID
	case *domain.CreditLog:
		return o.UserID
	case *domain.Model:
		return o.UserID
	}
	return ""
}

func owns(v Viewer, object any) bool {
	owner, owned := OwnerOf(object)
	return owned && owner == v.ID
}

// isNamedReader reports whether the object's own access rules let v read it. They speak of those who were let in:
// a model for everyone is not for the pending, who see only themselves.
func isNamedReader(v Viewer, object any) bool {
	model, ok := object.(*domain.Model)
	return ok && model != nil && v.IsMember() && model.Access.Admits(v.ID)
}

// isNil reports whether object is nil or a nil pointer.
func isNil(object any) bool {
	if object == nil {
		return true
	}
	value := reflect.ValueOf(object)
	return value.Kind() == reflect.Pointer && value.IsNil()
}
