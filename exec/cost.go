package exec

// Ask is what a resolver will be asked for.
type Ask struct {
	Type, Field string         // Of the first of the objects, where they are of several types.
	Args        map[string]any // As the resolver gets them; nil where they could not be read.
	Types       int            // How many concrete types have a resolver of their own for it.
}
