// Package clean repairs rows by recipes: ordered lists of named, versioned
// operators. Nothing is deleted: a row leaves only into quarantine, with its
// reason and the step that sent it there, and can be put back.
//
//	in:   dataset.Version            out: a new version, a quarantine, findings
//	read: operator.go → recipe.go → run.go → quarantine.go
//
// Counts always add up: rows in = rows out + set aside − rows added by splits.
package clean
