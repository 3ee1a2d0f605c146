//go:build wrongclock

package db

import (
	"os"
	"time"
)

var wrong, _ = time.ParseDuration(os.Getenv("ZHUOMO_CLOCK_AHEAD"))

// machineNow is a clock that is wrong, for tests of what it does to others.
func machineNow() time.Time { return time.Now().Add(wrong) }
