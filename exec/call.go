package exec

// Call calls a batch resolver with objects of type P, and appends what it returns to into.
func Call[P, V any](objects, into []any, resolve func([]P) ([]V, error)) ([]any, error) {
	values, err := resolve(typed[P](objects))
	for _, value := range values {
		into = append(into, any(value))
	}
	return into, err
}

// CallForObjects is Call for a resolver of objects, of which a nil pointer is none.
func CallForObjects[P any, V comparable](objects, into []any, resolve func([]P) ([]V, error)) ([]any, error) {
	values, err := resolve(typed[P](objects))
	var none V
	for _, value := range values {
		if value == none {
			into = append(into, nil)
			continue
		}
		into = append(into, any(value))
	}
	return into, err
}

func typed[P any](objects []any) []P {
	of := make([]P, len(objects))
	for i, object := range objects {
		of[i] = object.(P)
	}
	return of
}
