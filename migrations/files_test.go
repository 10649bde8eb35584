package migrations_test

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"atelier/migrations"
)

func TestFilesAreNumberedAndGoBothWays(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		if !strings.HasPrefix(name, fmt.Sprintf("%05d_", i+1)) {
			t.Errorf("%s is not number %d", name, i+1)
		}
		upward, downward := sections(t, name)
		if strings.TrimSpace(upward) == "" || strings.TrimSpace(downward) == "" {
			t.Errorf("%s does not go both ways", name)
		}
		if strings.Contains(upward+downward, "public.") {
			t.Errorf("%s names a schema", name)
		}
	}
}

// A concurrent build fails in a transaction, and anything else in a file without one is left half-done when it fails.
func TestFilesWithoutTransactionOnlyBuildIndexes(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		upward, _ := sections(t, name)
		isConcurrent := strings.HasPrefix(readFile(t, name), "-- +goose NO TRANSACTION\n")
		for statement := range strings.SplitSeq(strings.TrimSpace(upward), ";\n") {
			builds := strings.HasPrefix(statement, "CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_") ||
				strings.HasPrefix(statement, "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS idx_")
			if isConcurrent != builds {
				t.Errorf("%s: %q", name, firstLine(statement))
			}
		}
	}
}

// Adoption goes by the names of the files, and ends with the last table.
func TestEachTableHasAFileOfItsName(t *testing.T) {
	t.Parallel()
	for i, table := range migrations.TableNames() {
		name := fmt.Sprintf("%05d_%s.sql", i+2, table)
		if !strings.Contains(readFile(t, name), "\nCREATE TABLE IF NOT EXISTS "+table+" (") {
			t.Errorf("%s does not create its table", name)
		}
	}
	if last := len(migrations.TableNames()) + 1; last != migrations.AdoptionEnds {
		t.Errorf("the last table is of version %d, adoption ends with %d", last, migrations.AdoptionEnds)
	}
}

func TestTheTenIndexesAreThere(t *testing.T) {
	t.Parallel()
	var names []string
	for _, line := range migrations.WantedIndexes() {
		name, _, _ := strings.Cut(line, " ")
		names = append(names, name)
	}
	for _, name := range []string{ // The tenth, idx_credit_user_id, is built only where no unique index is.
		"idx_credit_log_user_time", "idx_mj_tasks_user_status", "idx_mj_tasks_submit_time",
		"idx_flux_tasks_user_created", "idx_dreamwork_tasks_status_updated", "idx_chat_user_updated",
		"idx_message_chat_created", "idx_file_user_created", "idx_generated_files_user_service",
	} {
		if !slices.Contains(names, name) {
			t.Errorf("%s is not built", name)
		}
	}
}

func sections(t *testing.T, name string) (upward, downward string) {
	t.Helper()
	_, rest, found := strings.Cut(readFile(t, name), "-- +goose Up\n")
	upward, downward, both := strings.Cut(rest, "-- +goose Down\n")
	if !found || !both {
		t.Fatalf("%s lacks a section", name)
	}
	return upward, downward
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := fs.ReadFile(migrations.FS, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
