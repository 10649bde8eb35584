package demo

// steps counts the work. Indexes and statistics take about half as long as the rows.
type steps struct {
	done, rows, total int
	report            func(done, total int)
}

func newSteps(rows int, report func(done, total int)) *steps {
	rows = max(rows, 1)
	return &steps{rows: rows, total: rows + rows/2 + 1, report: report}
}

func (s *steps) add(work int) {
	s.done += work
	s.report(s.done, s.total)
}

func (s *steps) finish(done, total int) {
	s.report(s.rows+(s.total-s.rows)*done/total, s.total)
}
