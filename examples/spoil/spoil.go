// Package spoil makes of a clean material what a customer would send: three
// files of three kinds, dirty in many ways, and apart from them the truth, which
// only Measure reads. It shares no code with the operators that it judges.
//
//	in:   examples.Material, a seed      out: chats_1.csv, chats_2.xlsx, chats_3.db; truth.json
//	read: spoil.go → dirt.go → person.go → twin.go → broken.go → truth.go → measure.go
//
// The same material and seed give the same bytes.
package spoil

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"zhuomo/examples"
)

// Kinds of dirt, as the truth and the measure name them.
const (
	Script        = "script"         // 繁体字混用
	Width         = "width"          // 全角字母数字
	Punctuation   = "punctuation"    // 半角标点
	Pinyin        = "pinyin"         // 夹注拼音
	Personal      = "personal"       // 个人信息
	Entity        = "html_entity"    // HTML 实体
	Tag           = "html_tag"       // HTML 标签
	Invisible     = "invisible"      // 看不见的字符
	Space         = "space"          // 多余空白
	Mojibake      = "mojibake"       // 乱码
	TwinTurn      = "twin_turn"      // 重复话轮
	NearTurn      = "near_turn"      // 近似话轮
	TwinSession   = "twin_session"   // 重复会话
	NearSession   = "near_session"   // 近似会话
	Template      = "agent_template" // 客服套话
	Broken        = "broken"         // 残缺行
	Ragged        = "ragged"         // 字段错位但能还原
	fileCSV       = 0
	fileXLSX      = 1
	fileDB        = 2
	streamLayout  = 1 // numbers of the random streams: a change to one kind leaves the others
	streamNotice  = 2
	streamPerson  = 3
	streamTwin    = 4
	streamBroken  = 5
	streamDirt    = 6
	streamSession = 7
)

// record is one row on its way to a file.
type record struct {
	conversation string // of the material
	turn         int    // of the conversation, from 1; 0 for rows that are in none
	at           time.Time
	speaker      examples.Speaker
	noSpeaker    bool
	text         string   // as it will stand in the file
	want         []string // texts that are right after cleaning, the best first; nil: set aside
	group        int      // > 0: of all rows of the group exactly one must stay
	loose        bool     // its session has a twin that lacks it: it may stay or go
	kinds        []string
	labels       []string
	raw          []byte // in place of the whole line; CSV only
	fields       int    // of a CSV line, 0: whole; see broken.go
}

func (r *record) plant(kind string) {
	if !slices.Contains(r.kinds, kind) {
		r.kinds = append(r.kinds, kind)
	}
}

// session is one conversation on its way to a file.
type session struct {
	id      string
	channel string
	file    int
	twin    bool // has a twin, or is one
	records []record
}

// Spoil writes the dirty files into out and the truth into truth (folders, made
// when absent; both must differ, so that a loop that is given out cannot read
// what is right).
func Spoil(m examples.Material, seed uint64, out, truth string) (Truth, error) {
	if filepath.Clean(out) == filepath.Clean(truth) {
		return Truth{}, SamePlace.With("place", out)
	}
	for _, folder := range []string{out, truth} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return Truth{}, fmt.Errorf("make folder: %w", err)
		}
	}
	w := &works{seed: seed}
	w.layOut(m)
	w.addTemplates(m.Notices)
	w.addPersons()
	w.addTwinTurns()
	w.addTwinSessions()
	w.breakRows()
	w.addDirt()
	w.nameSessions()
	t := Truth{Material: m.Name, Seed: seed}
	for _, write := range []func(string, []*session, *Truth) error{writeCSV, writeXLSX, writeDB} {
		if err := write(out, w.sessions, &t); err != nil {
			return Truth{}, err
		}
	}
	return t, t.save(truth)
}

// works carries the sessions from step to step.
type works struct {
	seed     uint64
	sessions []*session
	groups   int
}

func (w *works) stream(n uint64) *rand.Rand { return rand.New(rand.NewPCG(w.seed, n)) }

func (w *works) newGroup() int { w.groups++; return w.groups }

// layOut makes a session of every conversation, in an order of its own, and
// gives it a file.
func (w *works) layOut(m examples.Material) {
	r := w.stream(streamLayout)
	for _, c := range m.Conversations {
		s := &session{channel: c.Channel, file: []int{fileCSV, fileCSV, fileXLSX, fileXLSX, fileDB}[r.IntN(5)]}
		at := c.Time.Add(time.Duration(r.IntN(60)) * time.Second)
		for i, turn := range c.Turns {
			if turn.Text == "" {
				continue
			}
			s.records = append(s.records, record{conversation: c.ID, turn: i + 1, at: at, speaker: turn.Speaker, text: turn.Text, want: []string{turn.Text}, labels: turn.Labels})
			at = at.Add(time.Duration(8+r.IntN(70)) * time.Second)
		}
		if len(s.records) > 0 {
			w.sessions = append(w.sessions, s)
		}
	}
	r.Shuffle(len(w.sessions), func(i, j int) { w.sessions[i], w.sessions[j] = w.sessions[j], w.sessions[i] })
}

// nameSessions gives every session an id in the manner of its file.
func (w *works) nameSessions() {
	r := w.stream(streamSession)
	for i, n := range r.Perm(len(w.sessions)) {
		s := w.sessions[i]
		switch s.file {
		case fileCSV:
			s.id = fmt.Sprintf("KF%d%04d", 202600+r.IntN(12)+1, n)
		case fileXLSX:
			s.id = fmt.Sprintf("%d-%d", 88000+n, r.IntN(900)+100)
		default:
			s.id = fmt.Sprintf("%08x-%04x", r.Uint32(), n)
		}
	}
}

// pick is a random member of what is not empty.
func pick[T any](r *rand.Rand, of []T) T { return of[r.IntN(len(of))] }
