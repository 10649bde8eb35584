package transport

// survey is the extent of a JSON text, found without building anything of it: decoding a megabyte of commas would take
// more than refusing it may.
type survey struct {
	values  int // At least; strings and numbers at the outermost level are not counted.
	deepest int // Lists and objects within each other.
}

// surveyJSON expects, but does not check, that the text is JSON.
func surveyJSON(text []byte) (s survey) {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			i = endOfString(text, i)
		case '{', '[':
			depth++
			s.values++
			s.deepest = max(s.deepest, depth)
		case '}', ']':
			depth--
		case ',':
			s.values++
		}
	}
	return s
}

// endOfString returns where the string that starts at i ends: at its closing quote, or at the end of the text.
func endOfString(text []byte, i int) int {
	for i++; i < len(text) && text[i] != '"'; i++ {
		if text[i] == '\\' {
			i++
		}
	}
	return i
}
