package bench

import "io"

// HTML writes the report as a page.
func (r *Report) HTML(w io.Writer) error { return r.Markdown(w) }
