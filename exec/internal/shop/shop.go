// Package shop is a schema to try the executor with: small, and of all that a schema may hold.
package shop

import (
	"context"
	"io"
	"time"
)

//go:generate go run ../../execgen gate

// Colour is an enum whose values gqlgen.yml binds.
type Colour int

// The colours.
const (
	Red Colour = iota + 1
	Green
)

// Odd is a scalar that writes itself, and has no append function.
type Odd struct{ Text string }

// MarshalGQL implements graphql.Marshaler.
func (o Odd) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, `"odd `+o.Text+`"`) }

// UnmarshalGQL implements graphql.Unmarshaler.
func (o *Odd) UnmarshalGQL(v any) error {
	o.Text, _ = v.(string)
	return nil
}

// Thing is a *Book, or a Lamp.
type Thing interface{ IsThing() }

// Any is a *Book, a Lamp or a *Customer.
type Any interface{ IsAny() }

// Book is met as a pointer.
type Book struct {
	ID      string
	OwnerID string
	Tags    []string
	Pages   int
	Printed *time.Time
	Due     time.Time // The zero time is null.
	Weight  *float64
	Colour  Colour
}

// IsThing implements Thing.
func (*Book) IsThing() {}

// IsAny implements Any.
func (*Book) IsAny() {}

// Lamp is met as a value.
type Lamp struct {
	ID      string
	OwnerID string
	Tags    []string
	Odd     Odd
	Lit     *bool
	Maybe   []*string
}

// IsThing implements Thing.
func (Lamp) IsThing() {}

// IsAny implements Any.
func (Lamp) IsAny() {}

// Broken panics.
func (l Lamp) Broken() *string {
	if l.ID == "broken" {
		panic("the lamp is broken")
	}
	return &l.ID
}

// Customer owns things.
type Customer struct {
	ID        string
	Name      string
	Secret    string
	Guarded   *string
	Must      string
	Shouted   string
	Address   Address
	Addresses []Address
	Mood      *Mood
}

// IsAny implements Any.
func (*Customer) IsAny() {}

// Grid is a list of lists of objects.
func (c *Customer) Grid() [][]Address { return [][]Address{c.Addresses, {}} }

// Label is a method that has an append method beside it.
func (c *Customer) Label() *string {
	if c.ID == "b" {
		return nil
	}
	label := "label of " + c.ID
	return &label
}

// AppendLabel appends what Label returns, as JSON; the ids of the tests need no escaping.
func (c *Customer) AppendLabel(b []byte) []byte {
	if c.ID == "b" {
		return append(b, "null"...)
	}
	return append(append(append(b, `"label of `...), c.ID...), '"')
}

// Computed is a method that takes a context and may fail.
func (c *Customer) Computed(context.Context) (string, error) { return "computed " + c.ID, nil }

// Address holds a city by its pointer.
type Address struct {
	Street string
	In     *City
}

// City is where an address is; a lamp's may panic.
func (a Address) City() *City {
	if a.Street == "Panic Street" {
		panic("no such street")
	}
	return a.In
}

// City has a mayor.
type City struct{ Name, MayorID string }
