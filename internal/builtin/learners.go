package builtin

import (
	"zhuomo/learn"
	"zhuomo/learn/chain"
	"zhuomo/learn/ensemble"
	"zhuomo/learn/linear"
	"zhuomo/learn/near"
)

// Learners lists the learners in the order in which pages show them; the first
// is the default.
func Learners() []learn.Learner {
	return []learn.Learner{
		linear.New(),   // learn.linear.v1
		chain.New(),    // learn.chain.v1
		near.New(),     // learn.near.v1
		ensemble.New(), // learn.ensemble.v1
	}
}
