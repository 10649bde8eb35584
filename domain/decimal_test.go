package domain_test

import (
	"encoding/json"
	"math/big"
	"regexp"
	"strings"
	"testing"

	"atelier/domain"
)

// decimals are texts and what they are as amounts; an empty one is refused.
var decimals = map[string]string{
	"0": "0.0000", "-0": "0.0000", "-0.0000": "0.0000", "00": "0.0000", "1": "1.0000", "-1": "-1.0000", "12.5": "12.5000", "0.0001": "0.0001", "-0.0001": "-0.0001",
	"007.10": "7.1000", "9999999999999999.9999": "9999999999999999.9999", "-9999999999999999.9999": "-9999999999999999.9999", "00000000000000000000001": "1.0000",
	"": "", "-": "", ".": "", "1.": "", ".5": "", "-.5": "", "+1": "", "--1": "", "1.00001": "", "1.00000": "", "1e3": "", "1E3": "", "0x10": "", "1_000": "", "1,5": "", "1.2.3": "",
	" 1": "", "1 ": "", "1\n": "", "NaN": "", "Infinity": "", "10000000000000000": "", "99999999999999999999": "", "१": "", "1.५": "", "½": "", "−1": "", "\x00": "", "1\x00": "",
}

func TestParseDecimal(t *testing.T) {
	t.Parallel()
	for text, want := range decimals {
		got, err := domain.ParseDecimal(text)
		if want == "" && (domain.CodeOf(err) != domain.InvalidArgument || got != domain.Decimal{}) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
		if want != "" && (err != nil || got.String() != want || got.IsNegative() != strings.HasPrefix(want, "-")) {
			t.Errorf("%q: %v, %v; want %s", text, got, err, want)
		}
	}
}

func TestTheZeroDecimalIsZero(t *testing.T) {
	t.Parallel()
	var zero domain.Decimal
	if value, err := zero.Value(); zero.String() != "0.0000" || zero.IsNegative() || err != nil || value != "0.0000" {
		t.Errorf("%v, %v, %v", zero, value, err)
	}
}

func TestDecimalsInTheDatabase(t *testing.T) {
	t.Parallel()
	for _, src := range []any{"12.5000", []byte("12.5000")} {
		var d domain.Decimal
		if err := d.Scan(src); err != nil || d.String() != "12.5000" {
			t.Errorf("%T: %v, %v", src, d, err)
		}
	}
	for _, src := range []any{nil, 12, 12.5, "NaN", []byte("1.00001"), "Infinity"} {
		var d domain.Decimal
		if err := d.Scan(src); err == nil || domain.CodeOf(err) != domain.Internal {
			t.Errorf("%v: %v, %v", src, d, err) // It is not the caller's argument that is wrong.
		}
	}
}

func TestDecimalsInTheAPI(t *testing.T) {
	t.Parallel()
	var d domain.Decimal
	if err := d.UnmarshalGQL("-7.5"); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if d.MarshalGQL(&out); out.String() != `"-7.5000"` {
		t.Error(out.String())
	}
	for _, v := range []any{nil, 7, int64(7), 7.5, json.Number("7.5"), true, []any{"7"}} {
		if err := d.UnmarshalGQL(v); domain.CodeOf(err) != domain.InvalidArgument || d.String() != "-7.5000" {
			t.Errorf("%v: %v, %v", v, d, err)
		}
	}
}

var exactDecimal = regexp.MustCompile(`^-?0*[0-9]{1,16}(\.[0-9]{1,4})?$`)

// A decimal is accepted if it is spelled as one, and is then the same number as in exact arithmetic.
func FuzzParseDecimal(f *testing.F) {
	for text := range decimals {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := domain.ParseDecimal(text)
		if valid := exactDecimal.MatchString(text); valid != (err == nil) {
			t.Fatalf("%q: %v, %v", text, got, err)
		}
		if err != nil {
			return
		}
		want, _ := new(big.Rat).SetString(text)
		is, ok := new(big.Rat).SetString(got.String())
		if !ok || is.Cmp(want) != 0 || got.String() != want.FloatString(4) || got.IsNegative() != (want.Sign() < 0) {
			t.Errorf("%q is %v, want %s", text, got, want.FloatString(4))
		}
		if again, err := domain.ParseDecimal(got.String()); err != nil || again != got {
			t.Errorf("%v came back as %v, %v", got, again, err)
		}
	})
}
