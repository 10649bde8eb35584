package store

import (
	"encoding/binary"
	"strconv"

	"atelier/domain"
)

// PostgreSQL sends a numeric as the number of its digits to the base of 10,000, the power of the first of them, its sign
// and the number of decimals to show, 16 bits each, and then the digits, without zeros at either end.
const (
	numericHeader   = 8
	numericBase     = 10_000
	numericPlaces   = 4 // Decimals, of numeric(20,4): one digit to that base.
	numericPositive = 0x0000
	numericNegative = 0x4000
	numericMaxPower = 3 // 16 digits before the point.
	numericText     = len("-1234567890123456.1234")
)

// decimal reads an exact amount, of four decimals.
func (r *row) decimal() domain.Decimal {
	value := r.next(numericKind)
	if value == nil {
		r.fail("is NULL")
		return domain.Decimal{}
	}
	whole, places, sign, ok := readNumeric(value)
	if !ok {
		r.fail("is not a numeric(20,4)")
		return domain.Decimal{}
	}
	var room [numericText]byte
	text := room[:0]
	if sign == numericNegative {
		text = append(text, '-')
	}
	text = append(strconv.AppendInt(text, whole, 10), '.')
	for unit := numericBase / 10; unit > 0; unit /= 10 {
		text = append(text, byte('0'+places/unit%10))
	}
	amount, err := domain.ParseDecimal(r.keep(text))
	if err != nil { // Not wrapped: it would tell the caller of the API that their argument is wrong.
		r.fail("is not a numeric(20,4)")
	}
	return amount
}

func readNumeric(value []byte) (whole int64, places, sign int, ok bool) {
	if len(value) < numericHeader {
		return 0, 0, 0, false
	}
	field := func(i int) int { return int(int16(binary.BigEndian.Uint16(value[2*i:]))) }
	digits, power, sign, shown := field(0), field(1), field(2), field(3)
	if len(value) != numericHeader+2*digits || power > numericMaxPower || shown > numericPlaces || sign != numericPositive && sign != numericNegative {
		return 0, 0, 0, false
	}
	for i := range digits {
		digit := field(i + 4)
		if power-i < 0 {
			places = digit // The one after the point; there is no other, with four decimals.
			continue
		}
		whole = whole*numericBase + int64(digit)
	}
	for range power - digits + 1 {
		whole *= numericBase
	}
	return whole, places, sign, true
}
