package bench

import "regexp"

// field finds the values of a field in an answer whose strings hold no quotes: ids and cursors.
type field struct{ *regexp.Regexp }

var (
	idField   = field{regexp.MustCompile(`"id":"([^"]*)"`)}
	endCursor = field{regexp.MustCompile(`"endCursor":"([^"]*)"`)}
)

func (f field) find(body []byte) string {
	if found := f.FindSubmatch(body); found != nil {
		return string(found[1])
	}
	return ""
}

func (f field) findAll(body []byte) (values []string) {
	for _, found := range f.FindAllSubmatch(body, -1) {
		values = append(values, string(found[1]))
	}
	return values
}
