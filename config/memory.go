package config

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// units of memory, as the Go runtime knows them, the longest first.
var units = []struct {
	suffix string
	bytes  int64
}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40}, {"B", 1}, {"", 1}}

var errBytes = errors.New("it must be a number of bytes, or one with B, KiB, MiB, GiB or TiB behind it, as in 512MiB")

// ParseBytes reads an amount of memory as the Go runtime reads GOMEMLIMIT; "off" is the most there is.
func ParseBytes(text string) (int64, error) {
	if text == "off" {
		return math.MaxInt64, nil
	}
	for _, unit := range units {
		digits, found := strings.CutSuffix(text, unit.suffix)
		if !found {
			continue
		}
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || n <= 0 || n > math.MaxInt64/unit.bytes {
			return 0, errBytes
		}
		return n * unit.bytes, nil
	}
	return 0, errBytes
}

// minMemory is the least that the limit of memory may be: below it the server would do nothing but collect garbage.
const minMemory = 32 << 20

func checkMemory(text string) error {
	if text == "" {
		return nil
	}
	n, err := ParseBytes(text)
	if err == nil && n < minMemory {
		return errors.New("it must be 32MiB at least")
	}
	return err
}
