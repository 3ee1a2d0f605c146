//go:build !linux

package app

// dropStartPages does nothing where the system is not asked for it.
func dropStartPages() error { return nil }
