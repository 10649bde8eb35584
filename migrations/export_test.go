package migrations

import (
	"fmt"
	"time"
)

// ShapeColumns spells the columns of shape as "table.column type collation nullability default".
func ShapeColumns() []string {
	var all []string
	for _, t := range shape {
		for _, c := range t.columns {
			all = append(all, t.name+"."+c.definition())
		}
	}
	return all
}

// WantedIndexes spells the indexes of the SQL files as the program reads them.
func WantedIndexes() []string {
	var all []string
	for _, i := range wanted {
		all = append(all, fmt.Sprintf("%s unique=%t %s %s", i.name, i.isUnique, i.table, i.definition))
	}
	return all
}

// FoundIndex spells an index as WantedIndexes does.
func FoundIndex(name string, isUnique bool, table, definition string) string {
	return fmt.Sprintf("%s unique=%t %s %s", name, isUnique, table, normalize(definition))
}

// TableNames lists the tables of shape.
func TableNames() []string { return tableNames() }

// AdoptionEnds is the version that creates the last table.
const AdoptionEnds = adoptionEnds

// LockTimeout is how long Up waits for a lock on a table at a time.
const LockTimeout = lockTimeout

// SetDoctorTimeout sets the bound on Doctor's statements and returns what sets it back. Not for parallel tests.
func SetDoctorTimeout(d time.Duration) (restore func()) {
	before := doctorTimeout
	doctorTimeout = d
	return func() { doctorTimeout = before }
}
