package transport_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"atelier/graph/transport"
)

// breaking is a client's connection whose writing panics, once the answer has begun.
type breaking struct{ *httptest.ResponseRecorder }

const broken = "broken"

func (breaking) Write([]byte) (int, error) { panic(broken) }

// TestAPanicAmidAnAnswerGoesOn to whoever cuts the connection: nothing is written behind what was sent.
func TestAPanicAmidAnAnswerGoesOn(t *testing.T) {
	t.Parallel()
	w := breaking{httptest.NewRecorder()}
	defer func() {
		if cause := recover(); cause != any(broken) || w.Code != http.StatusOK {
			t.Errorf("%v, status %d", cause, w.Code)
		}
	}()
	newHandler(transport.Settings{}).ServeHTTP(w, newPost(t.Context(), `{"query":"{__typename}"}`))
}
