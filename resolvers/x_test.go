package resolvers_test

import (
	"fmt"
	"testing"
)

func TestX(t *testing.T) {
	for d := 1; d <= 4; d++ {
		n := routes(d)
		m := map[string]int{}
		for _, r := range n {
			m[r.to.Name]++
		}
		fmt.Println(d, len(n), m)
	}
}
