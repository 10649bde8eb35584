package config

import (
	"math"
	"testing"
)

func TestParseBytes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"1": 1, "77B": 77, "3KiB": 3 << 10, "512MiB": 512 << 20, "2GiB": 2 << 30, "1TiB": 1 << 40, "off": math.MaxInt64, "9223372036854775807": math.MaxInt64,
		"": 0, "MiB": 0, "0": 0, "-1": 0, "1.5GiB": 0, "1GB": 0, "1 GiB": 0, "9223372036854775808": 0, "9007199254740992KiB": 0, "1gib": 0,
	} {
		got, err := ParseBytes(text)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d, %v; want %d", text, got, err, want)
		}
	}
}
