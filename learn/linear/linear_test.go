package linear_test

import (
	"testing"

	"zhuomo/learn/learntest"
	"zhuomo/learn/linear"
)

func TestConforms(t *testing.T) { learntest.Run(t, linear.New()) }
