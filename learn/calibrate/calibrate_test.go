package calibrate

import (
	"math"
	"testing"
)

func TestForeignIsAShareOfHeldBackRows(t *testing.T) {
	c := Calibration{Tops: []float32{1, 2, 3, 4, 5}}
	for top, want := range map[float32]float32{0: 1, 1: 1, 2: .75, 2.5: .625, 5: 0, 9: 0} {
		if got := c.Foreign(top); math.Abs(float64(got-want)) > 1e-6 {
			t.Errorf("best score %v: %v, want %v", top, got, want)
		}
	}
}

func TestTemperatureIsTheLeastLogLoss(t *testing.T) {
	scores := []float32{}
	labels := [][]int{}
	for i := range 600 { // three of four are as the scores say
		row := []float32{0, 0, 0}
		row[i%3] = 1
		own := i % 3
		if i%4 == 0 {
			own = (i + 1) % 3
		}
		scores, labels = append(scores, row...), append(labels, []int{own})
	}
	loss := func(temperature float64) float64 {
		c := Calibration{Temperature: temperature}
		return c.Figures(true, scores, 3, labels)["log_loss"]
	}
	best := temperature(.22, scores, 3, labels)
	if loss(best) > loss(best*1.05)+1e-4 || loss(best) > loss(best/1.05)+1e-4 {
		t.Errorf("temperature %v: loss %v; beside it %v and %v", best, loss(best), loss(best*1.05), loss(best/1.05))
	}
}

func TestHomeCountsWhatIsKnown(t *testing.T) {
	s := Scope{Familiar: .5, None: 2, Weight: .5}
	if got := s.Home([]float32{.2, .8, 9}, 1); got != .8+.5-4.5 {
		t.Errorf("home %v", got)
	}
	var before *Scope // a file from before there was a scope
	if got := before.Home([]float32{.2, .8, 9}, 1); got != 9 {
		t.Errorf("home of an old file %v", got)
	}
}
