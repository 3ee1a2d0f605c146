// Package dataset keeps rows: it reads files of every common kind, says what it
// detected and why, stores immutable versions, and profiles them.
//
//	in:   raw files (blob)           out: dataset.Version, rows with ids for life
//	read: row.go → import.go → version.go → profile.go
package dataset
