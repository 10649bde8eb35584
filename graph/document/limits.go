package document

// Limits bound what a request may ask for. What fragments hold counts at every spread.
type Limits struct {
	Tokens        int // Lexical tokens of the document.
	Depth         int // Fields within fields, introspection aside.
	Fields        int // Fields of an operation, introspection aside.
	Aliases       int // Fields of an operation under another name than their own.
	RootFields    int // Fields at the root of an operation.
	Directives    int // Directives of an operation, on anything.
	Fragments     int // Fragment definitions.
	Variables     int // Variables that an operation defines.
	Introspection int // Fields below __schema and __type, which no other limit counts; 0 switches introspection off.
	Introspected  int // Fields in the answer to them, which aliases could multiply.
	Values        int // Values within the arguments of the document, and within the variables.
	ListItems     int // Items of any one list, in arguments and variables.
	ValueDepth    int // Lists and objects within each other, in arguments and variables.
	Nodes         int // Objects that the answer could have.
	Answered      int // Values that the answer could have, of which a text counts for textValues.
	Cost          int // Points that an operation may cost; 0 is any number.
}

// Defaults are the limits of a server that is not told otherwise. Tools that ask for all of this schema are told some 6,000 fields,
// at about 10 µs each.
func Defaults() Limits {
	return Limits{
		Tokens: 15_000, Depth: 12, Fields: 1_000, Aliases: 30, RootFields: 20, Directives: 50, Fragments: 100, Variables: 100,
		Introspection: 500, Introspected: 20_000, Values: 5_000, ListItems: 1_000, ValueDepth: 10, Nodes: 500_000, Answered: 500_000, Cost: 10_000,
	}
}

// What no setting changes: nobody needs more, and some work grows with the square of these.
const (
	// maxName bounds each name of a document in bytes: the validator looks for names that are like an unknown one in a
	// time that grows with its length.
	maxName = 200
	// visitsPerField bounds the selections that validation enters, for each field that an operation may have, of introspection too: every operation
	// and every fragment is walked with all the fragments that it reaches, each once.
	visitsPerField = 10
)
