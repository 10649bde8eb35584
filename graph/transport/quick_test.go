package transport

import (
	"reflect"
	"testing"
	"unicode/utf8"
)

// FuzzReadQuickly compares what is read quickly with what the decoder reads.
func FuzzReadQuickly(f *testing.F) {
	for _, text := range []string{
		`{"query":"{viewer{id}}"}`, ` {"query" : "{\n viewer {id}\t}" , "variables" : null, "operationName":"A"} `,
		`{"query":"query($a:ID!){x}","variables":{"a":"b","c":[1,-2.5e+3,true,false,null,{"d":"\"\\\/\b\f\n\r\t"}],"a":"twice"},"extensions":{}}`,
		`{"query":"\u0041"}`, `{"query":"a","query":"b"}`, `{"QUERY":"a"}`, `{"other":1,"query":"a"}`, `{"variables":[]}`, `{"variables":{"a":01}}`,
		`{"variables":{"a":1.}}`, `{"variables":{"a":-}}`, `{"query":1}`, `{"query":"a"}x`, `{"query":"a",}`, `{"query":"a"`, "{\"query\":\"\x01\"}", `{}`, `[]`, ``, "{}\x00",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var quick, slow request
		if !utf8.Valid(text) || surveyJSON(text).deepest > 1000 || !readQuickly(text, &quick) { // The others are refused, or left to the decoder.
			return
		}
		if refused := decodeObject(decoderOf(text), &slow); refused != nil {
			t.Fatalf("%q was read: %v", text, refused.errs)
		}
		if !reflect.DeepEqual(quick, slow) {
			t.Errorf("%q: %#v, want %#v", text, quick, slow)
		}
	})
}

// TestMostIsReadQuickly reads what clients send.
func TestMostIsReadQuickly(t *testing.T) {
	for _, text := range []string{
		`{"query":"query Q($id: ID!) {\n  user(id: $id) {\n    name\n  }\n}","variables":{"id":"abc","filter":{"in":[1,2.5,"x"]}},"operationName":"Q"}`,
		`{"operationName":null,"variables":{},"query":"{ viewer { id } }"}`,
		`{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"ab"}}}`,
	} {
		if !readQuickly([]byte(text), &request{}) {
			t.Errorf("%s is left to the decoder", text)
		}
	}
}
