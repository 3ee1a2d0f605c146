// Package feedback watches what happened live: turns that may have gone wrong
// stand in the inbox, the costliest first, look-alikes together; a person's
// correction runs the fix loop, which relabels, retrains, tests and releases.
//
//	in:   serve's turns and ratings      out: Item, Cluster, Fix; new rows, new releases
//	read: feedback.go → inbox.go → cluster.go → workshop.go → fix.go
package feedback
