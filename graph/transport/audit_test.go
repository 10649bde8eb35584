package transport_test

import (
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
	"time"

	"atelier/graph/transport"
)

// auditRequired is set where the audits must run: then it is a failure that they cannot.
const auditRequired = "ATELIER_REQUIRE_AUDIT"

// TestAudit runs the audit suite of the GraphQL over HTTP specification, as the npm package graphql-http has it.
func TestAudit(t *testing.T) {
	needAudits(t)
	server := httptest.NewServer(newHandler(transport.Settings{}))
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	audits := exec.CommandContext(ctx, "node", "audit.mjs", server.URL+"/graphql")
	audits.Dir = "audit"
	out, err := audits.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Errorf("the audits: %v", err)
	}
}

func needAudits(t *testing.T) {
	t.Helper()
	_, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat("audit/node_modules/graphql-http")
	}
	switch {
	case err == nil:
	case os.Getenv(auditRequired) != "":
		t.Fatalf("the audits need node, and npm ci in graph/transport/audit: %v", err)
	default:
		t.Skipf("the audits need node, and npm ci in graph/transport/audit; .ci/run always runs them: %v", err)
	}
}
