package domain

import (
	"database/sql/driver"
	"fmt"
	"io"
	"strings"
)

// Decimal is an exact amount of credits, numeric(20,4): at most 16 digits before the point and always four
// after. The zero value is 0.0000. Arithmetic is PostgreSQL's: amounts only pass through here.
type Decimal struct {
	text string // Canonical: -?(0|[1-9][0-9]*)\.[0-9]{4}, never -0.0000; empty is zero.
}

const (
	decimalWholeDigits = 16
	decimalPlaces      = 4
)

// ParseDecimal reads an optional minus, up to 16 digits and, after a point, up to four more.
// Anything else, exponents and more places included, is INVALID_ARGUMENT: nothing is ever rounded.
func ParseDecimal(s string) (Decimal, error) {
	digits, negative := strings.CutPrefix(s, "-")
	whole, fraction, hasPoint := strings.Cut(digits, ".")
	if !isDigits(whole) || hasPoint && !isDigits(fraction) || len(fraction) > decimalPlaces {
		return Decimal{}, Errorf(InvalidArgument, "a decimal has digits, a point and at most four more digits, such as %q", "12.5000")
	}
	whole = strings.TrimLeft(whole, "0")
	if len(whole) > decimalWholeDigits {
		return Decimal{}, Errorf(InvalidArgument, "a decimal has at most %d digits before the point", decimalWholeDigits)
	}
	return canonical(s, negative, whole, fraction), nil
}

// canonical spells an amount; given is how it was written, which most often is that already.
func canonical(given string, negative bool, whole, fraction string) Decimal {
	if whole != "" && len(fraction) == decimalPlaces && strings.HasPrefix(strings.TrimPrefix(given, "-"), whole) {
		return Decimal{given}
	}
	fraction += strings.Repeat("0", decimalPlaces-len(fraction))
	if whole == "" {
		whole = "0"
	}
	text := whole + "." + fraction
	if negative && text != "0.0000" {
		text = "-" + text
	}
	return Decimal{text}
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// String returns the amount with exactly four places.
func (d Decimal) String() string {
	if d.text == "" {
		return "0.0000"
	}
	return d.text
}

// IsNegative reports whether the amount is below zero.
func (d Decimal) IsNegative() bool { return strings.HasPrefix(d.text, "-") }

// Scan implements sql.Scanner for numeric columns.
func (d *Decimal) Scan(src any) error {
	var text string
	switch v := src.(type) {
	case []byte:
		text = string(v)
	case string:
		text = v
	default:
		return fmt.Errorf("scan %T as a decimal", src)
	}
	parsed, err := ParseDecimal(text)
	if err != nil { // Not wrapped: it would tell the caller of the API that their argument is wrong.
		return fmt.Errorf("scan %q: not a numeric(20,4)", text)
	}
	*d = parsed
	return nil
}

// Value implements driver.Valuer.
func (d Decimal) Value() (driver.Value, error) { return d.String(), nil }

// MarshalGQL writes the amount as a JSON string.
func (d Decimal) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, `"`+d.String()+`"`) }

// AppendGQL appends what MarshalGQL writes. The executor prefers it.
func (d Decimal) AppendGQL(b []byte) []byte {
	b = append(b, '"')
	b = append(b, d.String()...)
	return append(b, '"')
}

// UnmarshalGQL reads a string; a JSON number is refused, since it may have lost digits already.
func (d *Decimal) UnmarshalGQL(v any) error {
	s, ok := v.(string)
	if !ok {
		return Errorf(InvalidArgument, "a decimal is given as a string, such as %q", "12.5000")
	}
	parsed, err := ParseDecimal(s)
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}
