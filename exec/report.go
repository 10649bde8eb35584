package exec

import (
	"context"
	"sync"
)

// Report is what becomes known of one operation to whoever puts it into the context, a transport as a rule; and the buffer that its
// answer is written into, if it is executed here.
type Report struct {
	// IsPlanned tells that the operation was executed here, and not by the generated executor.
	IsPlanned bool
	// Statements is the certificate of a query: the most statements that it takes, whatever the data. 0 where there is none.
	Statements int
	// Limit is the most bytes that may be written, those included that a null takes back; 0 is any number. It is set before the
	// operation is executed.
	Limit int
	// IsTooLarge tells that they were more. Then the data is null, and no error says so: whoever set the limit has to.
	IsTooLarge bool

	body []byte
}

// maxKept is the largest buffer that is used again.
const maxKept = 1 << 20

var reports = sync.Pool{New: func() any { return new(Report) }}

type reportKey struct{}

// WithReport returns a report, and a context that carries it to the executor. It must be released when the answer was sent.
func WithReport(ctx context.Context) (context.Context, *Report) {
	r := reports.Get().(*Report)
	return context.WithValue(ctx, reportKey{}, r), r
}

// room is the buffer, empty, with room for so many bytes and some more: one that grows is copied again and again.
func (r *Report) room(bytes int) []byte {
	if bytes = min(bytes+bytes/16, maxKept); bytes > cap(r.body) {
		return make([]byte, 0, bytes)
	}
	return r.body[:0]
}

// Release gives the buffer back. The data of the response is not to be read any more, nor the report: who keeps data for longer, as a
// cache does, must have copied it.
func (r *Report) Release() {
	if cap(r.body) > maxKept {
		r.body = nil
	}
	r.IsPlanned, r.Statements, r.Limit, r.IsTooLarge = false, 0, 0, false
	reports.Put(r)
}

// reportOf is the context's report, or one that nobody reads.
func reportOf(ctx context.Context) *Report {
	if r, ok := ctx.Value(reportKey{}).(*Report); ok {
		return r
	}
	return &Report{}
}
