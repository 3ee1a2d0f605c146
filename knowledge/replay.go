package knowledge

import (
	"context"
	"slices"

	"zhuomo/text"
)

// Replay tells what a change of one entry would do to what customers said last.
type Replay struct {
	Asked  int     `json:"asked" doc:"回放了多少种问法，每种一次|sentences replayed, each once"`
	FromUS int64   `json:"from_us,omitempty" doc:"最早的一句是何时说的|when the oldest was said"`
	Better []Moved `json:"better" nullable:"false" doc:"原来答不上或被点踩，现在由条目回答|was not answered or was disliked, is answered now"`
	Worse  []Moved `json:"worse" nullable:"false" doc:"原来答得上，现在答不上或换了一条来答|was answered, is not now or from elsewhere"`
}

// Moved is a sentence whose answer would come from elsewhere.
type Moved struct {
	TurnID string    `json:"turn_id" doc:"最近一次这样说的话轮|the last turn that said so"`
	Text   string    `json:"text" table:"问|said"`
	Times  int       `json:"times" table:"次数|times"`
	Before Answering `json:"before"`
	After  Answering `json:"after"`
}

// Answering is what answers a sentence.
type Answering struct {
	EntryID  string `json:"entry_id,omitempty" doc:"回答的条目，空是流程自己答的|the entry that answers, empty when the flow does by itself"`
	Question string `json:"question,omitempty"`
	Answered bool   `json:"answered" doc:"答上了|it is answered"`
	Reply    string `json:"reply"`
}

const (
	replayedSentences = 200
	replayedTurns     = 2_000 // among which that many different sentences are looked for
)

// Replay asks the live flow what customers said last, with the knowledge as it
// is and as it would be with e saved, and tells where the answer moves. Nothing
// is kept. Faults: those of Check.
func (s *Service) Replay(ctx context.Context, product string, e Entry) (Replay, error) {
	out := Replay{Better: []Moved{}, Worse: []Moved{}}
	e, err := Check(e)
	if err != nil || s.served == nil {
		return out, err
	}
	w, err := s.at(ctx, product)
	if err != nil {
		return out, err
	}
	said, err := s.served.Said(ctx, product, replayedTurns)
	if err != nil {
		return out, err
	}
	sentences, times := each(said, replayedSentences)
	if len(sentences) == 0 {
		return out, nil
	}
	after := w.with(e)
	played, err := s.served.Play(ctx, product, sentences, []*Snapshot{w.snapshot, after})
	if err != nil || played == nil {
		return out, err
	}
	out.Asked, out.FromUS = len(sentences), sentences[len(sentences)-1].AtUS
	for i, said := range sentences {
		was, is := played[i][0], played[i][1]
		m := Moved{said.TurnID, said.Text, times[i], w.snapshot.answering(was), after.answering(is)}
		switch verdict(said, was, is) {
		case 1:
			out.Better = append(out.Better, m)
		case -1:
			out.Worse = append(out.Worse, m)
		}
	}
	return out, nil
}

// verdict is 1 when the change is for the better, -1 for the worse, 0 when
// nothing moves. A sentence that was answered and is answered from elsewhere
// now is worse, unless the customer had disliked the answer.
func verdict(said Said, was, is Played) int {
	switch {
	case !was.Answered && is.Answered:
		return 1
	case was.Answered && !is.Answered:
		return -1
	case !is.Answered || was.EntryID == is.EntryID:
		return 0
	case said.Disliked && said.EntryID == was.EntryID:
		return 1
	}
	return -1
}

// each gives the first of all sentences that are the same, at most so many, with
// how often each was said.
func each(said []Said, most int) (first []Said, times []int) {
	at := map[string]int{}
	for _, t := range said {
		key := text.CompareKey(t.Text)
		i, again := at[key]
		if !again {
			if len(first) == most {
				continue
			}
			i = len(first)
			at[key] = i
			first, times = append(first, t), append(times, 0)
		}
		times[i]++
	}
	return first, times
}

// with is the snapshot that there would be with e saved.
func (w *working) with(e Entry) *Snapshot {
	entries := slices.DeleteFunc(slices.Clone(w.snapshot.Entries), func(o Entry) bool { return o.ID == e.ID })
	s := NewSnapshot(append(entries, e), w.snapshot.Tables)
	s.linker = w.snapshot.linker // the tables are the same
	s.matching = w.snapshot.matching
	return s
}

func (s *Snapshot) answering(p Played) Answering {
	e, _ := s.Entry(p.EntryID)
	return Answering{p.EntryID, e.Question, p.Answered, p.Reply}
}
