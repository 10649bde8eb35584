package demo

import (
	"math/bits"
	"math/rand/v2"
)

// purpose names a stream of random draws.
type purpose uint64

// The streams. Each user has one of each, so that what is drawn for one thing never shifts another, and users can
// be made in any order, or at once.
const (
	forStanding purpose = iota + 1 // Role and activity.
	forTaskShare
	forChatShare
	forProfile
	forTasks
	forMidjourney
	forFlux
	forDreamwork
	forCredit
	forLedger
	forLedgerIDs
	forChatSizes
	forChats
	forChatTitles
	forPauses
	forMessages
	forFiles
	forGeneratedFiles
	forPrompts
	forPictures
)

// dice are a stream of draws that depends on its seed alone: not on the platform, since there is no floating
// point in it, nor on the version of Go, which keeps the PCG generator as it is.
type dice struct{ pcg rand.PCG }

func newDice(seed uint64, p purpose, index int) *dice {
	d := new(dice)
	high := mix(seed ^ mix(uint64(p)))
	d.pcg.Seed(high, mix(high+uint64(index)))
	return d
}

// mix is the finalizer of SplitMix64: neighbouring numbers become unrelated ones, and no two become the same.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (d *dice) uint64() uint64 { return d.pcg.Uint64() }

// below draws from 0..n-1. The bias of less than n/2^64 does not show.
func (d *dice) below(n int64) int64 {
	high, _ := bits.Mul64(d.pcg.Uint64(), uint64(n))
	return int64(high)
}

// between draws from low..high, both included.
func (d *dice) between(low, high int64) int64 { return low + d.below(high-low+1) }

// oneIn is true once in n draws.
func (d *dice) oneIn(n int64) bool { return d.below(n) == 0 }

// percent is true p times in a hundred.
func (d *dice) percent(p int64) bool { return d.below(100) < p }

// heavyTail draws 1..limit, a power of two: mostly next to nothing, seldom a lot. Each doubling is as likely as
// the one before it.
func (d *dice) heavyTail(limit int64) int64 {
	n := int64(1)
	for n < limit && d.percent(58) {
		n *= 2
	}
	return n
}

func pick[T any](d *dice, list []T) T { return *choose(d, list) }

// choose is pick without a copy.
func choose[T any](d *dice, list []T) *T { return &list[d.below(int64(len(list)))] }
