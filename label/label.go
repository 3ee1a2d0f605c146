// Package label turns rows into gold: people answer rows under a guideline, the
// stage measures their agreement and settles one answer a row.
//
//	in:   dataset.Version, Guideline      out: Gold, one a row, with its witnesses
//	read: label.go → guideline.go → queue.go → lease.go → annotation.go → agreement.go → gold.go
package label
