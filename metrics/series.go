package metrics

import "sync"

// series are the series of one metric, told apart by labels of ours, of which there are few. Their names are made once: to make one and
// to look it up costs more than to count.
type series[L comparable, M any] struct {
	mu    sync.RWMutex
	known map[L]M
}

// of returns the series of these labels, which create makes where it is not known.
func (s *series[L, M]) of(labels L, create func(L) M) M {
	s.mu.RLock()
	one, ok := s.known[labels]
	s.mu.RUnlock()
	if ok {
		return one
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = map[L]M{}
	}
	if one, ok = s.known[labels]; !ok {
		one = create(labels)
		s.known[labels] = one
	}
	return one
}
