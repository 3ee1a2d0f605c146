//go:build chaos

package chaos

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"zhuomo/internal/app"
)

// Studies while processes are killed: some are measured here, as jobs, some by
// programs outside, of which a few go silent. Nothing that was kept may change or
// go, nothing may be there twice, and each study ends with exactly the trials that
// were wanted.
const (
	outsideTrials = 60
	jobTrials     = 120
	jobStudies    = 2 // at a time
	measurers     = 4
	trialLease    = 10 // seconds
)

func TestStudiesSurviveKills(t *testing.T) {
	needs(t, "sqlite")
	rounds, chance := number("ROUNDS", 100), uint64(number("SEED", 1))
	rng := rand.New(rand.NewPCG(chance, 0x57d1e5))
	folder := filepath.Join(t.TempDir(), "data")
	seeded := seed(t, app.Options{DataFolder: folder})
	var mu sync.Mutex
	s := start(t, folder)
	c := newCourse(t, seeded.product, func(*rand.Rand) *server {
		mu.Lock()
		defer mu.Unlock()
		if s.gone() {
			return nil
		}
		return s
	})
	c.begin(chance)
	for range rounds {
		c.life(rng)
		s.kill()
		for _, line := range s.complaints() {
			t.Errorf("the log says %s", line)
		}
		next := start(t, folder)
		mu.Lock()
		s = next
		mu.Unlock()
		if c.examine(); t.Failed() {
			t.Fatalf("SEED=%d, after %d kills: %s\n%s", chance, c.kills, c, s.log)
		}
	}
	c.finish()
	s.stop(t)
}

func TestStudiesSurviveKillsOnASharedDatabase(t *testing.T) {
	needs(t, "postgres")
	rounds, chance := number("ROUNDS", 100), uint64(number("SEED", 1))
	rng := rand.New(rand.NewPCG(chance, 0x57d1e5))
	h, seeded := newHouse(t, "")
	var mu sync.Mutex // guards h.run, which the measurers read
	for i := range h.run {
		h.start(t, i, 0)
	}
	for i := range h.run {
		h.wait(t, i)
	}
	c := newCourse(t, seeded.product, func(rng *rand.Rand) *server {
		mu.Lock()
		defer mu.Unlock()
		return h.anyone(rng)
	})
	c.begin(chance)
	for round := range rounds {
		c.life(rng)
		// In turn a worker, a server, and both.
		for _, i := range [][]int{{2 + rng.IntN(2)}, {rng.IntN(2)}, {rng.IntN(2), 2 + rng.IntN(2)}}[round%3] {
			h.run[i].kill()
			for _, line := range h.run[i].panics() {
				t.Errorf("the log of process %d says %s", i, line)
			}
			c.kills++
			mu.Lock()
			h.start(t, i, 0)
			mu.Unlock()
		}
		c.kills-- // life counts one
		for i := range h.run {
			mu.Lock()
			h.wait(t, i)
			mu.Unlock()
		}
		if c.examine(); t.Failed() {
			t.Fatalf("SEED=%d, after %d kills: %s; logs in %s", chance, c.kills, c, h.keepLogs(t))
		}
	}
	c.finish()
}

// course is what is known of the studies of a test.
type course struct {
	t       *testing.T
	product string
	anyone  func(*rand.Rand) *server // a server that lives, nil = none now
	stop    context.CancelFunc
	working context.Context
	wait    sync.WaitGroup
	kills   int

	mu      sync.Mutex
	last    bool                       // no study is begun any more
	outside []string                   // studies, the newest last
	jobs    []string                   // studies that run here
	told    map[string]map[int]float64 // acknowledged, by study and number
	held    map[string]string          // who was given study/number/try
	kept    map[string]map[int]string  // trials as they were seen first
	counts  map[string]int
}

func newCourse(t *testing.T, product string, anyone func(*rand.Rand) *server) *course {
	c := &course{t: t, product: product, anyone: anyone, told: map[string]map[int]float64{}, held: map[string]string{}, kept: map[string]map[int]string{}, counts: map[string]int{}}
	c.working, c.stop = context.WithCancel(t.Context())
	return c
}

func (c *course) String() string { return fmt.Sprint(c.counts) }

func (c *course) count(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts[what]++
}

func (c *course) begin(chance uint64) {
	for i := range measurers {
		rng := rand.New(rand.NewPCG(chance, uint64(i)))
		c.wait.Go(func() { c.measure(rng, fmt.Sprintf("m%d", i)) })
	}
	for i := range jobStudies {
		rng := rand.New(rand.NewPCG(chance, 100+uint64(i)))
		c.wait.Go(func() { c.tune(rng) })
	}
}

// life lets all work for a while; then somebody is killed.
func (c *course) life(rng *rand.Rand) {
	time.Sleep(time.Duration(20*(1<<rng.IntN(6))+rng.IntN(100)) * time.Millisecond)
	c.kills++
}

// insist sends a request until it is answered, or the test ends.
func (c *course) insist(rng *rand.Rand, method, path string, in, out any) error {
	for c.working.Err() == nil {
		if s := c.anyone(rng); s != nil {
			err := s.call(c.working, method, "/api/v1/products/"+c.product+path, in, out)
			if err != errCut {
				return err
			}
			c.count("cut off")
		}
		time.Sleep(10 * time.Millisecond)
	}
	return errCut
}

// current is the outside study that is measured now, "" at the end.
func (c *course) current(rng *rand.Rand, over string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.outside) > 0 && c.outside[len(c.outside)-1] != over {
		return c.outside[len(c.outside)-1], nil
	}
	if c.last {
		return "", nil
	}
	name := fmt.Sprintf("study-%d", len(c.outside))
	c.mu.Unlock()
	err := c.insist(rng, "POST", "/outside-studies", map[string]any{"name": name, "seed": len(name), "trials": outsideTrials, "minimise": true, "params": []map[string]any{
		{"name": "x", "kind": "float", "min": -1, "max": 1}, {"name": "y", "kind": "float", "min": 1e-3, "max": 1, "log": true}, {"name": "z", "kind": "int", "min": 0, "max": 1000},
	}}, nil)
	c.mu.Lock()
	if err == nil && !slices.Contains(c.outside, name) {
		c.outside = append(c.outside, name)
	}
	return name, err
}

// valley is what the programs outside measure.
func valley(values map[string]any) float64 {
	x, _ := values["x"].(float64)
	y, _ := values["y"].(float64)
	z, _ := values["z"].(float64)
	return math.Abs(x-.3) + math.Abs(math.Log10(y)+2) + z/1000
}

// measure is a program outside.
func (c *course) measure(rng *rand.Rand, name string) {
	for over := ""; c.working.Err() == nil; {
		study, err := c.current(rng, over)
		if study == "" || c.broken(err) {
			return
		}
		var given struct {
			Trial *struct {
				Number, Tries int
				Values        map[string]any
				Lease         string
			}
			State  string
			WaitMS int `json:"wait_ms"`
		}
		key := newID()
		if c.broken(c.insist(rng, "POST", "/studies/"+study+"/asks", map[string]any{"key": key, "worker": name, "lease_s": trialLease}, &given)) {
			return
		}
		if given.Trial == nil {
			if given.State == "done" {
				over = study
			}
			time.Sleep(time.Duration(min(given.WaitMS, 200)) * time.Millisecond)
			continue
		}
		trial := given.Trial
		slot := fmt.Sprint(study, "/", trial.Number, "/", trial.Tries)
		c.mu.Lock()
		other := c.held[slot]
		c.held[slot] = key
		c.counts["trial given"]++
		c.mu.Unlock()
		if other != "" {
			c.t.Errorf("%s was given twice", slot)
		}
		time.Sleep(time.Duration(rng.IntN(20)) * time.Millisecond)
		if rng.IntN(12) == 0 {
			c.count("program gone silent")
			continue
		}
		path, value := fmt.Sprintf("/studies/%s/trials/%d", study, trial.Number), valley(trial.Values)
		if rng.IntN(3) == 0 {
			err := c.insist(rng, "POST", path+"/reports", map[string]any{"step": 1, "value": value, "lease": trial.Lease, "lease_s": trialLease}, nil)
			if code := codeOf(err); code == "tune.lease_lost" || code == "tune.already_told" {
				c.count("lease lost")
				continue
			}
			if c.broken(err) {
				return
			}
		}
		err = c.insist(rng, "POST", path+"/results", map[string]any{"value": value, "lease": trial.Lease}, nil)
		if codeOf(err) == "tune.lease_lost" {
			c.count("lease lost")
			continue
		}
		if c.broken(err) {
			return
		}
		c.mu.Lock()
		if c.told[study] == nil {
			c.told[study] = map[int]float64{}
		}
		c.told[study][trial.Number] = value
		c.counts["trial told"]++
		c.mu.Unlock()
	}
}

// broken tells whether a hand must stop; at the end of the test that is no failure.
func (c *course) broken(err error) bool {
	if err != nil && err != errCut {
		c.t.Error(err)
	}
	return err != nil
}

// tune begins studies that run here, one after the other.
func (c *course) tune(rng *rand.Rand) {
	for c.working.Err() == nil {
		c.mu.Lock()
		last := c.last
		c.mu.Unlock()
		s := c.anyone(rng)
		if last {
			return
		}
		if s == nil {
			time.Sleep(10 * time.Millisecond)
			continue
		}
		var begun struct {
			JobID string `json:"job_id"`
			Study struct{ ID string }
		}
		err := s.call(c.working, "POST", "/api/v1/products/"+c.product+"/studies", map[string]any{"trials": jobTrials, "seed": rng.IntN(1000)}, &begun)
		if err == errCut {
			continue // it may have begun: the list of studies tells in the end
		}
		if c.broken(err) {
			return
		}
		c.mu.Lock()
		c.jobs = append(c.jobs, begun.Study.ID)
		c.counts["study begun here"]++
		c.mu.Unlock()
		for c.working.Err() == nil {
			var now shownStudy
			if c.broken(c.insist(rng, "GET", "/studies/"+begun.Study.ID, nil, &now)) {
				return
			}
			if now.Study.State == "done" {
				break
			}
			if now.Study.State == "failed" {
				c.t.Errorf("study %s failed", begun.Study.ID)
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
}

type shownStudy struct {
	Study struct {
		ID, Name, State, Component string
		DoneCount                  int `json:"done_count"`
	}
	Items []json.RawMessage
}

type shownTrial struct {
	Number int
	State  string
	Score  float64
	Values map[string]any
}

// examine compares every trial with what was seen and acknowledged before.
func (c *course) examine() {
	c.t.Helper()
	rng := rand.New(rand.NewPCG(1, 1))
	c.mu.Lock()
	studies := slices.Concat(c.outside[max(0, len(c.outside)-2):], c.jobs[max(0, len(c.jobs)-2*jobStudies):])
	if c.last {
		studies = slices.Concat(c.outside, c.jobs)
	}
	c.mu.Unlock()
	for _, study := range studies {
		c.mu.Lock()
		told := map[int]float64{} // acknowledged before it is asked for
		for number, value := range c.told[study] {
			told[number] = value
		}
		c.mu.Unlock()
		var now shownStudy
		if err := c.insist(rng, "GET", "/studies/"+study+"?limit=1000", nil, &now); err != nil {
			c.t.Error(err)
			return
		}
		if now.Study.State == "running" {
			c.count("study found unfinished")
		}
		if c.kept[study] == nil {
			c.kept[study] = map[int]string{}
		}
		seen, values := map[int]bool{}, map[string]int{}
		for _, item := range now.Items {
			var trial shownTrial
			if err := json.Unmarshal(item, &trial); err != nil {
				c.t.Error(err)
				continue
			}
			if seen[trial.Number] {
				c.t.Errorf("study %s has trial %d twice", study, trial.Number)
			}
			seen[trial.Number] = true
			if before, known := c.kept[study][trial.Number]; known && before != string(item) {
				c.t.Errorf("trial %d of study %s was %s and is %s", trial.Number, study, before, item)
			}
			c.kept[study][trial.Number] = string(item)
			if value, known := told[trial.Number]; known && (trial.State != "done" || trial.Score != -value) {
				c.t.Errorf("trial %d of study %s was told as %v and is %s", trial.Number, study, value, item)
			}
			if now.Study.Component == "tune.outside.v1" {
				if trial.State == "done" && trial.Score != -valley(trial.Values) {
					c.t.Errorf("trial %d of study %s has the score of other values: %s", trial.Number, study, item)
				}
				key := fmt.Sprint(trial.Values)
				if other, twice := values[key]; twice {
					c.t.Errorf("trials %d and %d of study %s tried the same", other, trial.Number, study)
				}
				values[key] = trial.Number
			}
		}
		for number := range told {
			if !seen[number] {
				c.t.Errorf("trial %d of study %s was told and is lost", number, study)
			}
		}
		for number := range c.kept[study] {
			if !seen[number] {
				c.t.Errorf("trial %d of study %s was there and is lost", number, study)
			}
		}
	}
}

// finish lets the last studies come to their end, and counts.
func (c *course) finish() {
	c.t.Helper()
	c.mu.Lock()
	c.last = true
	c.mu.Unlock()
	done := make(chan struct{})
	go func() { c.wait.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(5 * time.Minute):
		c.t.Error("the last studies do not end")
	}
	rng := rand.New(rand.NewPCG(1, 1))
	// Those whose beginning was not acknowledged run too.
	for began := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		var page struct {
			Items []struct{ ID, Name, State, Component string }
		}
		if err := c.insist(rng, "GET", "/studies?limit=500", nil, &page); err != nil {
			c.t.Error(err)
			return
		}
		running := 0
		c.jobs = nil
		for _, s := range page.Items {
			if s.State != "done" {
				running++
			}
			if s.Component != "tune.outside.v1" {
				c.jobs = append(c.jobs, s.ID)
			}
		}
		if running == 0 {
			break
		}
		if time.Since(began) > 5*time.Minute {
			c.t.Errorf("%d studies do not end: %+v", running, page.Items)
			break
		}
	}
	c.examine()
	trials := 0
	for _, study := range slices.Concat(c.outside, c.jobs) {
		want := jobTrials
		if slices.Contains(c.outside, study) {
			want = outsideTrials
		}
		for number := range want {
			if c.kept[study][number] == "" {
				c.t.Errorf("study %s has no trial %d", study, number)
			}
		}
		if trials += want; len(c.kept[study]) != want {
			c.t.Errorf("study %s ends with %d trials, %d were wanted", study, len(c.kept[study]), want)
		}
	}
	c.stop()
	for _, what := range []string{"trial told", "study begun here", "program gone silent", "cut off"} {
		if c.counts[what] == 0 {
			c.t.Errorf("not once %q in all rounds", what)
		}
	}
	c.t.Logf("%d kills; %d studies by programs outside and %d run here, %d trials, all there once: %s", c.kills, len(c.outside), len(c.jobs), trials, c)
}
