package transport

import (
	"context"
	"errors"
	"io"

	"github.com/99designs/gqlgen/graphql"

	"atelier/domain"
	"atelier/exec"
)

// DefaultAnswer is the most bytes of an answer's data, unless a setting says otherwise: as many as an operation may read.
const DefaultAnswer = 8 << 20

// limitAnswer bounds what is written of an answer, by whichever executor: texts under many names would be many times what was read.
func (a *answer) limitAnswer(operation *graphql.OperationContext, report *exec.Report) {
	report.Limit = a.MaxAnswer
	inner := operation.RootResolverMiddleware
	operation.RootResolverMiddleware = func(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
		field := inner(ctx, next)
		if report.IsPlanned || field == nil || field == graphql.Null || field == graphql.RequiredNull {
			return field
		}
		return graphql.WriterFunc(func(w io.Writer) { (&bounded{w, report}).write(field) })
	}
}

// bounded takes what the generated executor writes of the fields of a root, one after the other.
type bounded struct {
	to     io.Writer
	report *exec.Report
}

// errFull ends the writing of a field: marshalers look at no error.
var errFull = errors.New("the answer is too large")

// write writes a field, as far as there is room for it.
func (b *bounded) write(field graphql.Marshaler) {
	defer func() {
		if cause := recover(); cause != nil && cause != any(errFull) {
			panic(cause)
		}
	}()
	field.MarshalGQL(b)
}

// Write implements io.Writer.
func (b *bounded) Write(part []byte) (int, error) {
	b.take(len(part))
	return b.to.Write(part)
}

// WriteString implements io.StringWriter.
func (b *bounded) WriteString(part string) (int, error) {
	b.take(len(part))
	return io.WriteString(b.to, part)
}

// take takes bytes from what is left.
func (b *bounded) take(bytes int) {
	if b.report.Limit -= bytes; b.report.Limit < 0 {
		b.report.IsTooLarge = true
		panic(errFull)
	}
}

// tooLargeAnswer stands for an answer that has more bytes than it may have. What a mutation was to do is done.
func (a *answer) tooLargeAnswer() *graphql.Response {
	return a.present(coded(domain.AnswerTooLarge, "the answer has more than %d bytes of data", a.MaxAnswer))
}
