// Package builtin is the one page that lists every built-in component.
package builtin

import (
	"zhuomo/clean"
	"zhuomo/clean/operator"
)

// Operators lists the cleaning operators in the order in which pages show them.
func Operators() []clean.Operator {
	return []clean.Operator{
		operator.Width(), // clean.width.v1
	}
}
