package migrations_test

import (
	"slices"
	"strings"
	"testing"

	"atelier/migrations"
	"atelier/store/storetest"
)

func TestUpCreatesEverything(t *testing.T) {
	t.Parallel()
	url, db := migratedDatabase(t)
	statuses, err := migrations.Status(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range statuses {
		if m.Version != int64(i+1) || m.Name == "" || !m.Applied() {
			t.Errorf("migration %d: %+v", i+1, m)
		}
	}
	if pending, err := migrations.Pending(t.Context(), db); pending != 0 || err != nil {
		t.Errorf("pending: %d, %v", pending, err)
	}
	if got := lines(t, db, "SELECT id FROM ai_services ORDER BY id"); !slices.Equal(got, []string{"dreamwork", "flux", "midjourney"}) {
		t.Errorf("services: %q", got)
	}
	before := snapshot(t, db)
	up(t, url)
	if after := snapshot(t, db); after != before {
		t.Error("a second Up changed something")
	}
}

func TestStatusAndPendingOfAnEmptyDatabaseChangeNothing(t *testing.T) {
	t.Parallel()
	url := storetest.Empty(t)
	db := open(t, url)
	statuses, err := migrations.Status(t.Context(), url)
	if err != nil || len(statuses) == 0 || statuses[0].Applied() {
		t.Errorf("status: %v, %v", statuses, err)
	}
	if pending, err := migrations.Pending(t.Context(), db); pending != len(statuses) || err != nil {
		t.Errorf("pending: %d, %v", pending, err)
	}
	down(t, url, 0)
	if left := snapshot(t, db); left != "" {
		t.Errorf("left:\n%s", left)
	}
}

func TestDownToZeroLeavesNothing(t *testing.T) {
	t.Parallel()
	url, db := migratedDatabase(t)
	full := snapshot(t, db)
	down(t, url, migrations.OneStep)
	if pending, err := migrations.Pending(t.Context(), db); pending != 1 || err != nil {
		t.Errorf("pending after one step: %d, %v", pending, err)
	}
	down(t, url, 0)
	if left := snapshot(t, db); left != "" {
		t.Errorf("left:\n%s", left)
	}
	up(t, url)
	if again := snapshot(t, db); again != full {
		t.Error("Up after Down differs from Up")
	}
}

// Every step down and up again must arrive at the same schema.
func TestEachStepIsReversible(t *testing.T) {
	t.Parallel()
	url, db := migratedDatabase(t)
	full := snapshot(t, db)
	statuses, err := migrations.Status(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	for taken := 1; taken <= len(statuses); taken++ {
		down(t, url, int64(len(statuses)-taken))
		if pending, err := migrations.Pending(t.Context(), db); pending != taken || err != nil {
			t.Fatalf("pending after %d steps down: %d, %v", taken, pending, err)
		}
		up(t, url)
		if again := snapshot(t, db); again != full {
			t.Fatalf("%d steps down and up arrived elsewhere", taken)
		}
	}
}

func TestDownRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	url, db := migratedDatabase(t)
	if err := migrations.Down(t.Context(), url, -2); err == nil {
		t.Error("a negative version was accepted")
	}
	exec(t, db, "INSERT INTO atelier_migrations (version_id, is_applied) VALUES (9999, true)")
	if err := migrations.Down(t.Context(), url, 0); err == nil || !strings.Contains(err.Error(), "9999") {
		t.Errorf("a version of a newer program was taken back: %v", err)
	}
	if pending, err := migrations.Pending(t.Context(), db); pending != 0 || err != nil {
		t.Errorf("pending: %d, %v", pending, err)
	}
}

func TestObjectsLiveInTheCurrentSchema(t *testing.T) {
	t.Parallel()
	url := storetest.Empty(t)
	db := open(t, url)
	exec(t, db, `CREATE SCHEMA "Studio"`)
	inStudio := withParameter(t, url, "search_path", `"Studio"`)
	up(t, inStudio)
	if left := snapshot(t, db); left != "" {
		t.Errorf("public holds:\n%s", left)
	}
	up(t, url) // A second one beside it.
	down(t, inStudio, 0)
	if pending, err := migrations.Pending(t.Context(), db); pending != 0 || err != nil {
		t.Errorf("pending: %d, %v", pending, err)
	}
	if left := snapshot(t, open(t, inStudio)); left != "" {
		t.Errorf("Studio holds:\n%s", left)
	}
}

func TestShapeIsWhatTheFilesCreate(t *testing.T) {
	t.Parallel()
	_, db := migratedDatabase(t)
	got := lines(t, db, `
		SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
		       || CASE co.collname WHEN 'C' THEN ' COLLATE "C"' ELSE '' END
		       || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
		       || coalesce(' DEFAULT ' || regexp_replace(pg_get_expr(d.adbin, d.adrelid), '::\w+$', ''), '')
		FROM pg_class c
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
		LEFT JOIN pg_collation co ON co.oid = a.attcollation
		LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname NOT LIKE 'atelier\_%'`)
	equalSets(t, migrations.ShapeColumns(), got)
}

func TestWantedIndexesAreWhatTheFilesCreate(t *testing.T) {
	t.Parallel()
	_, db := migratedDatabase(t)
	rows, err := db.QueryContext(t.Context(), `
		SELECT c.relname, i.indisunique, t.relname, split_part(pg_get_indexdef(i.indexrelid), ' USING btree ', 2)
		FROM pg_index i
		JOIN pg_class c ON c.oid = i.indexrelid
		JOIN pg_class t ON t.oid = i.indrelid
		WHERE c.relnamespace = 'public'::regnamespace AND c.relname LIKE 'idx\_%'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got []string
	for rows.Next() {
		var name, table, definition string
		var isUnique bool
		if err := rows.Scan(&name, &isUnique, &table, &definition); err != nil {
			t.Fatal(err)
		}
		got = append(got, migrations.FoundIndex(name, isUnique, table, definition))
	}
	equalSets(t, migrations.WantedIndexes(), got)
}

func equalSets(t *testing.T, want, got []string) {
	t.Helper()
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("the program says, the database does not: %s", w)
		}
	}
	for _, g := range got {
		if !slices.Contains(want, g) {
			t.Errorf("the database says, the program does not: %s", g)
		}
	}
}
