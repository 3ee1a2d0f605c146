package speaker

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhuomo/dialog"
	"zhuomo/examples"
	"zhuomo/knowledge"
	"zhuomo/recommend"
)

// Listening is how simulated listeners were served. They are invented by a
// stated model (docs/adr/0025-recommendation.md), not measured on people.
type Listening struct {
	Listeners int       `json:"listeners"`
	Turns     int       `json:"turns"`
	Seed      uint64    `json:"seed"`
	Skips     []float64 `json:"skips"` // share of skips by turn
	First     float64   `json:"first"` // of the first ten turns
	Last      float64   `json:"last"`  // of the last ten turns
	Broken    int       `json:"broken"`
	Empty     int       `json:"empty"` // turns without a song
	TurnUS    float64   `json:"turn_us"`
}

// Fall is how much skips fell from the first ten turns to the last ten, 0–1.
func (l Listening) Fall() float64 { return 1 - l.Last/l.First }

// Parts are the product's flow and songs, as a release would give them.
func Parts() (dialog.Parts, error) {
	p, err := examples.Find("speaker")
	if err != nil {
		return dialog.Parts{}, err
	}
	m, err := p.Material()
	if err != nil {
		return dialog.Parts{}, err
	}
	body, err := p.File("flow.yaml")
	if err != nil {
		return dialog.Parts{}, err
	}
	flow, err := dialog.ReadFlow(body)
	if err != nil {
		return dialog.Parts{}, err
	}
	var tables []knowledge.Table
	for _, found := range m.Tables {
		table, err := knowledge.NewTable(found.Name, found.Columns, found.Rows, nil)
		if err != nil {
			return dialog.Parts{}, err
		}
		tables = append(tables, table)
	}
	return dialog.Parts{Flow: flow, Knowledge: dialog.Known(knowledge.NewSnapshot(nil, tables))}, nil
}

// moods are what a listener may say and what the flow takes it for.
var moods = []struct{ value, intent string }{{"", ""}, {"开心", "feel_happy"}, {"低落", "feel_low"}, {"疲惫", "feel_tired"}, {"烦躁", "feel_angry"}}

// usual is what people in a mood like on average, beside what one of them does.
var usual = map[string]map[string]float64{
	"开心": {"开心": .5, "振奋": .3}, "低落": {"温柔": .5, "平静": .3}, "疲惫": {"平静": .5, "助眠": .2}, "烦躁": {"平静": .4, "振奋": .2},
}

// tastes are the spreads of a listener's weights, by column.
var tastes = []struct {
	column string
	spread float64
}{{"心情", .5}, {"类型", .6}, {"歌手", .5}, {"年代", .3}, {"语种", .3}}

// Of a song's pull p the listener skips it with the odds exp(skipBase − pull·p).
const (
	skipBase    = .4
	pull        = 1.6
	moodSpread  = .4 // of what one listener likes in a mood, by mood and song's mood
	hourSpread  = .3 // of what one listener likes at a time of the day
	songBored   = 1.5
	singerBored = .5
	likeShare   = .25 // of songs that are heard out
)

// listener is one simulated person.
type listener struct {
	age     int
	kidRoom bool
	weights map[string]float64
	hours   []int
	rng     *rand.Rand
	state   dialog.State
	heard   []song
	mood    int // among moods
	skipped bool
	liked   bool
	at      time.Time
}

type song map[string]string

func newListener(seed uint64, n int) *listener {
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	l := &listener{rng: rng, age: 4 + rng.IntN(77), weights: map[string]float64{}}
	l.kidRoom = l.age < 12 && rng.IntN(2) == 0
	for range 3 { // when this person listens
		l.hours = append(l.hours, rng.IntN(24))
	}
	return l
}

// weight is drawn when it is first asked for, and stays.
func (l *listener) weight(name string, spread float64) float64 {
	w, drawn := l.weights[name]
	if !drawn {
		w = l.rng.NormFloat64() * spread
		l.weights[name] = w
	}
	return w
}

// likes is the pull of a song on the listener, in a mood, at an hour.
func (l *listener) likes(s song, mood string, hour int) (pull float64) {
	for _, t := range tastes {
		pull += l.weight(t.column+s[t.column], t.spread)
	}
	energy, _ := strconv.Atoi(s["能量"])
	pull += l.weight("能量", .15) * float64(energy-5)
	if mood != "" {
		pull += usual[mood][s["心情"]] + l.weight(mood+s["心情"], moodSpread)
	}
	pull += l.weight(strconv.Itoa((hour+2)/6%4)+s["心情"], hourSpread)
	for back := range min(20, len(l.heard)) {
		before := l.heard[len(l.heard)-1-back]
		if before["歌名"] == s["歌名"] {
			pull -= songBored
		}
		if back < 3 && before["歌手"] == s["歌手"] {
			pull -= singerBored
		}
	}
	return pull
}

// Listen lets simulated listeners talk to the speaker's own flow for some turns
// each: they ask for music, skip, like, say how they feel. Whatever is played is
// judged by rules that know nothing of the flow's. chooser nil is the flow's own.
func Listen(ctx context.Context, p dialog.Parts, listeners, turns int, seed uint64, chooser recommend.Chooser) (Listening, error) {
	p.Chooser = chooser
	out := Listening{Listeners: listeners, Turns: turns, Seed: seed, Skips: make([]float64, turns)}
	rows, _, err := p.Knowledge.Lookup(ctx, dialog.Lookup{Table: "songs", Limit: 1 << 20})
	if err != nil {
		return out, err
	}
	songs := map[string]song{}
	for _, r := range rows {
		songs[r.Key] = r.Values
	}
	all := make([]*listener, listeners)
	for i := range all {
		all[i] = newListener(seed, i)
	}
	var spent time.Duration
	for turn := range turns {
		for i, l := range all {
			if ctx.Err() != nil {
				return out, ctx.Err()
			}
			took, err := l.turn(ctx, p, songs, turn, dialog.SeedOf(fmt.Sprint(seed, "-", i), turn+1), &out)
			if err != nil {
				return out, fmt.Errorf("listener %d, turn %d: %w", i, turn, err)
			}
			spent += took
		}
	}
	for turn := range out.Skips {
		out.Skips[turn] /= float64(listeners)
	}
	mean := func(of []float64) (sum float64) {
		for _, x := range of {
			sum += x / float64(len(of))
		}
		return sum
	}
	ten := min(10, turns)
	out.First, out.Last = mean(out.Skips[:ten]), mean(out.Skips[turns-ten:])
	out.TurnUS = float64(spent.Microseconds()) / float64(listeners*turns)
	return out, nil
}

// turn is one message and what becomes of the song that it brings.
func (l *listener) turn(ctx context.Context, p dialog.Parts, songs map[string]song, turn int, seed uint64, out *Listening) (took time.Duration, err error) {
	channel := "客厅"
	if l.kidRoom {
		channel = "儿童房"
	}
	if turn%5 == 0 { // another time of the day
		day := time.Date(2026, 8, 3, 0, 0, 0, 0, time.FixedZone("UTC+8", 8*3600)).AddDate(0, 0, turn/5)
		l.at = day.Add(time.Duration(l.hours[l.rng.IntN(len(l.hours))])*time.Hour + 10*time.Minute)
	}
	l.at = l.at.Add(3 * time.Minute)
	if !l.skipped { // a mood lasts while songs are skipped
		if l.mood = 0; turn > 0 && l.rng.IntN(2) == 0 {
			l.mood = 1 + l.rng.IntN(len(moods)-1)
		}
	}
	mood := moods[l.mood]
	say := func(text, intent string) (trace dialog.Trace, err error) {
		began := time.Now()
		turn := dialog.Turn{Text: text, Channel: channel, At: l.at, Seed: seed}
		l.state, _, trace, err = dialog.Step(ctx, p, l.state, turn, []dialog.Label{{Name: intent, Probability: .9}})
		took = time.Since(began)
		return trace, err
	}
	if l.liked {
		if _, err := say("收藏这首", "like"); err != nil {
			return 0, err
		}
	}
	var trace dialog.Trace
	switch {
	case l.skipped:
		trace, err = say("换一首", "next")
	case turn == 0 && !l.kidRoom:
		trace, err = say(fmt.Sprintf("我今年%d岁，放首歌吧", l.age), "play_mood")
	case mood.intent != "":
		if _, err = say("今天"+mood.value, mood.intent); err == nil { // the speaker asks whether music is wanted
			trace, err = say("要", "affirm")
		}
	default:
		trace, err = say("放首歌吧", "play_mood")
	}
	if err != nil {
		return 0, err
	}
	l.skipped, l.liked = false, false
	if len(trace.Picks) == 0 || len(trace.Picks[len(trace.Picks)-1].Ranked) == 0 {
		out.Empty++
		return took, nil
	}
	s := songs[trace.Picks[len(trace.Picks)-1].Ranked[0].Key]
	if Breaks(s, l.age, l.kidRoom, l.at.Hour()) != "" {
		out.Broken++
	}
	l.skipped = l.rng.Float64() < 1/(1+math.Exp(pull*l.likes(s, mood.value, l.at.Hour())-skipBase))
	if l.skipped {
		out.Skips[turn]++
	} else {
		l.liked = l.rng.Float64() < likeShare
	}
	l.heard = append(l.heard, s)
	return took, nil
}

// Breaks tells which rule of the house a song breaks for a person of an age (0:
// unknown) at an hour, "" when none. It is written apart from the flow's limits,
// so that each finds the other's mistakes.
func Breaks(s map[string]string, age int, kidRoom bool, hour int) string {
	from, err := strconv.Atoi(s["年龄"])
	energy, loud := strconv.Atoi(s["能量"])
	if err != nil || loud != nil {
		return "no rating"
	}
	child := kidRoom || age > 0 && age < 12
	asleep := child && !slices.Contains([]int{7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19}, hour)
	switch {
	case age > 0 && from > age, age == 0 && from > 12:
		return "too old"
	case child && !asleep && !strings.Contains(s["听众"], "儿童"):
		return "not for children"
	case asleep && (energy > 3 || from > 0):
		return "keeps a child awake"
	case (hour > 21 || hour < 6) && energy > 4:
		return "loud at night"
	}
	return ""
}
