package migrations

import (
	"fmt"
	"slices"
	"strings"
)

// kind is a family of PostgreSQL types that serve a column equally well.
type kind struct {
	sqlType string   // As the SQL files have it.
	also    []string // Other types that work, by the name that format_type gives, without modifiers.
	why     string   // Why nothing else does.
}

var (
	identifier = kind{`text COLLATE "C"`, []string{varchar}, "ids are compared with text"}
	text       = kind{"text", []string{varchar}, "it is compared with and read as text"}
	instant    = kind{"timestamp with time zone", nil, "a time must be one instant everywhere"}
	money      = kind{"numeric(20,4)", nil, "amounts must be exact, with four decimals: fewer would round, more cannot be shown"}
	integer    = kind{"integer", []string{"bigint", "smallint"}, "it is read as a whole number"}
	bigint     = kind{"bigint", []string{"integer", "smallint"}, "it is read as a whole number"}
	double     = kind{"double precision", []string{"real"}, "it is read as a floating-point number"}
	boolean    = kind{"boolean", nil, "it is read as true or false"}
	document   = kind{"jsonb", nil, "documents are searched and compared; json can be neither"}
)

const varchar = "character varying"

// moneyScale is how many decimals an amount has.
const moneyScale = ",4)"

// serves reports whether a column of type found, as format_type spells it, can be worked with.
func (k kind) serves(found string) bool {
	bare, modifier := splitType(found)
	if k.sqlType == money.sqlType {
		return bare == "numeric" && strings.HasSuffix(modifier, moneyScale)
	}
	return bare == k.bare() || slices.Contains(k.also, bare)
}

// caveat says what to mind with a type that serves, or is empty.
func (k kind) caveat(found string) string {
	bare, modifier := splitType(found)
	switch {
	case bare == varchar && modifier != "":
		return fmt.Sprintf("is %s: longer values will be refused", found)
	case k.bare() == "bigint" && bare != "bigint", k.bare() == "integer" && bare == "smallint":
		return fmt.Sprintf("is %s: larger values than it holds will be refused", found)
	case k.sqlType == money.sqlType && found != money.sqlType:
		return fmt.Sprintf("is %s, not %s", found, money.sqlType)
	}
	return ""
}

func (k kind) bare() string {
	bare, _ := splitType(strings.TrimSuffix(k.sqlType, ` COLLATE "C"`))
	return bare
}

// splitType takes "numeric(20,4)" apart into "numeric" and "(20,4)". A modifier may stand within the name:
// "timestamp(3) with time zone".
func splitType(name string) (bare, modifier string) {
	open, end := strings.IndexByte(name, '('), strings.IndexByte(name, ')')
	if open < 0 || end < open {
		return name, ""
	}
	return name[:open] + name[end+1:], name[open : end+1]
}
