package transport

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"

	"github.com/99designs/gqlgen/graphql"

	"atelier/domain"
	"atelier/graph/lru"
)

// persistedBytes bounds the texts that are kept by their hashes.
const persistedBytes = 8 << 20

// persisted keeps documents by their SHA-256, so that clients may send the hash alone: automatic persisted queries, as
// https://www.apollographql.com/docs/apollo-server/performance/apq has them.
type persisted struct{ texts *lru.Cache[string] }

func newPersisted(bytes int) *persisted { return &persisted{lru.New[string](bytes)} }

// resolve finds the document of a request that has a hash only, and checks the hash of one that has both.
func (p *persisted) resolve(params *graphql.RawParams) *refusal {
	hash, has, refused := hashOf(params)
	switch {
	case refused != nil:
		return refused
	case has && params.Query == "":
		text, known := p.texts.Get(hash)
		if !known { // The client sends the document next.
			return refuseAll(coded(domain.PersistedQueryNotFound, "PersistedQueryNotFound"))
		}
		params.Query = text
	case has && hash != hashText(params.Query):
		return malformed("the hash is not that of the query")
	case params.Query == "":
		return malformed("there is no query")
	}
	return nil
}

// keep keeps a document under the hash that came with it. It was read: it is valid and within limits.
func (p *persisted) keep(params *graphql.RawParams) {
	if hash, has, _ := hashOf(params); has {
		p.texts.Add(hash, params.Query, len(params.Query))
	}
}

func hashOf(params *graphql.RawParams) (hash string, has bool, refused *refusal) {
	extension, has := params.Extensions["persistedQuery"]
	if !has || extension == nil {
		return "", false, nil
	}
	fields, _ := extension.(map[string]any)
	hash, ok := fields["sha256Hash"].(string)
	if version, _ := fields["version"].(json.Number); !ok || version != "1" || len(hash) != 2*sha256.Size {
		return "", true, refuse(http.StatusBadRequest, domain.PersistedQueryNotSupported, "persisted queries are of version 1, with a sha256Hash in hexadecimal")
	}
	return hash, true, nil
}

func hashText(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
