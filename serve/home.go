package serve

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"regexp"
	"unicode/utf8"

	"zhuomo/dialog"
	"zhuomo/internal/db"
)

// A file of feedback is what was said to a box, on its way home: lines of JSON,
// compressed by gzip. The first names the product, then comes a line a turn, and
// the last tells how many there are and the sum of all bytes before it.
type (
	homeHead struct {
		Format    string `json:"format"`
		Version   int    `json:"version"`
		ProductID string `json:"product_id"`
		MadeUS    int64  `json:"made_us"`
	}
	homeTurn struct {
		Turn    Turn   `json:"turn"`
		Channel string `json:"channel"`
		RatedUS int64  `json:"rated_us,omitempty"`
	}
	homeEnd struct {
		TurnCount int    `json:"turn_count"`
		SHA256    string `json:"sha256"`
	}
	homeLine struct { // any of them
		homeHead
		Turn    *Turn    `json:"turn"`
		Channel string   `json:"channel"`
		RatedUS int64    `json:"rated_us"`
		End     *homeEnd `json:"end"`
	}
)

const (
	homeFormat  = "zhuomo feedback"
	homeVersion = 1
	homeBatch   = 200
	maxHomeLine = 1 << 20   // bytes of one turn
	maxHomeText = 512 << 20 // bytes of all lines, uncompressed
)

// Pack writes everything that was said to the product of this box.
func (s *Service) Pack(ctx context.Context, w io.Writer, product string) error {
	count := 0
	packed, sum := gzip.NewWriter(w), sha256.New()
	put := func(v any) error {
		line, err := json.Marshal(v)
		if err == nil {
			_, err = io.MultiWriter(packed, sum).Write(append(line, '\n'))
		}
		return err
	}
	if err := put(homeHead{homeFormat, homeVersion, product, s.n.Now().UnixMicro()}); err != nil {
		return err
	}
	channels := map[string]string{} // by session
	for after := ""; ; {
		turns, err := s.TurnsAfter(ctx, product, after, homeBatch)
		if err != nil {
			return err
		}
		if len(turns) == 0 {
			break
		}
		for _, t := range turns {
			channel, known := channels[t.SessionID]
			if !known {
				session, _, err := readSession(ctx, s.n.DB.Reader(), t.SessionID)
				if err != nil {
					return err
				}
				channel, channels[t.SessionID] = session.Channel, session.Channel
			}
			if err := put(homeTurn{Turn: t, Channel: channel, RatedUS: t.ratedUS}); err != nil {
				return err
			}
			count++
		}
		after = turns[len(turns)-1].ID
	}
	end := homeEnd{count, hex.EncodeToString(sum.Sum(nil))}
	return errors.Join(put(map[string]homeEnd{"end": end}), packed.Close())
}

// Brought tells what a file of feedback brought.
type Brought struct {
	Turns    int `json:"turn_count" table:"文件里的话轮|turns in the file"`
	New      int `json:"new_count" table:"新收进来的|new"`
	Sessions int `json:"session_count" table:"会话|sessions"`
	Rated    int `json:"rated_count" table:"新的评价|new ratings"`
}

// Bring takes a file of feedback in, each turn once, under the id that it had in
// the box and bound to the release that answered there. The whole file is checked
// first; each hears of the ids of all its turns, known ones too, batch by batch.
//
// Faults: NotFeedback, NewerFeedback, BrokenFeedback, CutFeedback, OthersFeedback.
func (s *Service) Bring(ctx context.Context, product string, file io.Reader, each func(ctx context.Context, ids []string) error) (Brought, error) {
	var out Brought
	spool, err := os.CreateTemp("", "zhuomo-feedback-*")
	if err != nil {
		return out, err
	}
	defer os.Remove(spool.Name())
	defer spool.Close()
	if _, err := io.Copy(spool, file); err != nil {
		return out, err
	}
	known := homeKnown{product: product, models: map[string]string{}, sessions: map[string]bool{}}
	err = readHome(ctx, spool, product, func(line int, h *homeTurn) error {
		out.Turns++
		what, err := s.strange(ctx, known, h)
		if err == nil && what != "" {
			err = BrokenFeedback.With("line", line, "what", what)
		}
		return err
	})
	if err != nil {
		return Brought{}, err
	}
	out.Sessions = len(known.sessions)
	var batch []homeTurn
	flush := func() error {
		ids, err := s.bringBatch(ctx, product, batch, &out)
		if err == nil && len(ids) > 0 {
			err = each(ctx, ids)
		}
		batch = batch[:0]
		return err
	}
	err = readHome(ctx, spool, product, func(_ int, h *homeTurn) error {
		if batch = append(batch, *h); len(batch) < homeBatch {
			return nil
		}
		return flush()
	})
	if err == nil && len(batch) > 0 {
		err = flush()
	}
	return out, err
}

var uuidForm = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// homeKnown is what was looked up for a file of feedback.
type homeKnown struct {
	product  string
	models   map[string]string // by release, "" = the product has no such release
	sessions map[string]bool   // whether they may have come from a box
}

// strange tells what is wrong with a turn, "" = nothing.
func (s *Service) strange(ctx context.Context, known homeKnown, h *homeTurn) (string, error) {
	t := &h.Turn
	model, met := known.models[t.ReleaseID]
	if !met {
		r, err := s.Release(ctx, known.product, t.ReleaseID)
		if err != nil && !errors.Is(err, NoRelease) && !errors.Is(err, NothingLive) {
			return "", err
		}
		if err == nil && r.ID == t.ReleaseID {
			model = r.ModelID
		}
		known.models[t.ReleaseID] = model
	}
	fromBox, met := known.sessions[t.SessionID]
	if !met {
		session, there, err := readSession(ctx, s.n.DB.Reader(), t.SessionID)
		if err != nil {
			return "", err
		}
		fromBox = !there || session.ProductID == known.product && session.tokenHash == ""
		known.sessions[t.SessionID] = fromBox
	}
	for _, check := range []struct {
		what  string
		wrong bool
	}{
		{"id", !uuidForm.MatchString(t.ID)},
		{"session_id", !uuidForm.MatchString(t.SessionID) || !fromBox},
		{"turn_id", t.TurnID == "" || utf8.RuneCountInString(t.TurnID) > 64},
		{"product_id", t.ProductID != known.product},
		{"text", t.Text == "" || utf8.RuneCountInString(t.Text) > maxText},
		{"release_id", model == "" || t.ModelID != model},
		{"band", t.Band != dialog.Answer && t.Band != dialog.Offer && t.Band != dialog.Fallback},
		{"state", t.State != "bot" && t.State != "handover"},
		{"rating", t.Rating != "" && t.Rating != "good" && t.Rating != "bad" || (t.Rating != "") != (h.RatedUS > 0)},
		{"comment", utf8.RuneCountInString(t.Comment) > maxComment},
		{"channel", utf8.RuneCountInString(h.Channel) > 32},
		{"number", t.Number < 1 || t.AtUS < 0 || t.ThinkUS < 0},
	} {
		if check.wrong {
			return check.what, nil
		}
	}
	return "", nil
}

// bringBatch writes some turns and gives their ids here.
func (s *Service) bringBatch(ctx context.Context, product string, batch []homeTurn, out *Brought) (ids []string, err error) {
	fresh, rated := 0, 0
	err = s.n.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		ids, fresh, rated = nil, 0, 0
		for _, h := range batch {
			id, added, err := s.bringTurn(ctx, tx, product, h)
			if err != nil {
				return err
			}
			if ids = append(ids, id); added {
				fresh++
			}
			changed, err := bringRating(ctx, tx, id, product, h)
			if err != nil {
				return err
			}
			if changed {
				rated++
			}
		}
		return nil
	})
	if err == nil {
		out.New, out.Rated = out.New+fresh, out.Rated+rated
	}
	return ids, err
}

func (s *Service) bringTurn(ctx context.Context, tx db.Tx, product string, h homeTurn) (id string, added bool, err error) {
	t, now := h.Turn, s.n.Now()
	if newest := db.NewID(now); t.ID > newest { // the clock of the box is ahead: what comes later must still sort behind
		t.ID, t.AtUS = newest, now.UnixMicro()
	}
	if err := bringSession(ctx, tx, product, t.SessionID, h.Channel, t.AtUS); err != nil {
		return "", false, err
	}
	if ours, err := broughtSession(ctx, tx, product, t.SessionID); err != nil || !ours {
		return "", false, errors.Join(err, OthersFeedback.With("product", product))
	}
	parts, err := json.Marshal(t.Parts)
	if err != nil {
		return "", false, err
	}
	trace, err := json.Marshal(t.Trace)
	if err != nil {
		return "", false, err
	}
	if added, err = insertTurn(ctx, tx, t, string(parts), string(trace)); err != nil {
		return "", false, err
	}
	if added {
		return t.ID, true, countBrought(ctx, tx, t.SessionID)
	}
	there, _, err := readTurnOf(ctx, tx, t.SessionID, t.TurnID)
	return there.ID, false, err
}

// bringRating keeps the rating of a turn if it is newer than the one here.
func bringRating(ctx context.Context, tx db.Tx, id, product string, h homeTurn) (bool, error) {
	if h.Turn.Rating == "" {
		return false, nil
	}
	there, ok, err := readTurn(ctx, tx, id)
	if err != nil || !ok || there.ratedUS >= h.RatedUS {
		return false, err
	}
	return true, putRating(ctx, tx, id, product, h.Turn.Rating == "good", h.Turn.Comment, h.RatedUS)
}

// readHome reads a file of feedback from its beginning and checks all of it; each
// is called with every turn before the end was seen.
func readHome(ctx context.Context, file io.ReadSeeker, product string, each func(line int, h *homeTurn) error) error {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		return NotFeedback.With().Because(err)
	}
	r := homeReader{lines: bufio.NewReaderSize(unpacked, 64<<10), sum: sha256.New(), left: maxHomeText}
	head, err := r.next()
	if err != nil || head.Format != homeFormat {
		return NotFeedback.With().Because(err)
	}
	if head.Version != homeVersion {
		return NewerFeedback.With("found", head.Version, "known", homeVersion)
	}
	if head.ProductID != product {
		return OthersFeedback.With("product", head.ProductID)
	}
	for turns := 0; ; turns++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		before := hex.EncodeToString(r.sum.Sum(nil))
		line, err := r.next()
		switch {
		case err != nil:
			return err
		case line.End != nil:
			if line.End.TurnCount != turns || line.End.SHA256 != before {
				return BrokenFeedback.With("line", r.line, "what", "sha256")
			}
			switch _, err := r.lines.ReadByte(); {
			case errors.Is(err, io.EOF):
				return nil
			case errors.Is(err, io.ErrUnexpectedEOF):
				return CutFeedback.With("line", r.line).Because(err)
			default:
				return BrokenFeedback.With("line", r.line+1, "what", "end").Because(err)
			}
		case line.Turn == nil:
			return BrokenFeedback.With("line", r.line, "what", "turn")
		}
		if err := each(r.line, &homeTurn{*line.Turn, line.Channel, line.RatedUS}); err != nil {
			return err
		}
	}
}

// homeReader reads line after line and adds them up.
type homeReader struct {
	lines *bufio.Reader
	sum   hash.Hash
	line  int
	left  int64 // bytes that may still come
}

func (r *homeReader) next() (*homeLine, error) {
	var text []byte
	for {
		piece, err := r.lines.ReadSlice('\n')
		text = append(text, piece...)
		switch {
		case len(text) > maxHomeLine:
			return nil, BrokenFeedback.With("line", r.line+1, "what", fmt.Sprintf("> %d", maxHomeLine))
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil, CutFeedback.With("line", r.line).Because(err)
		case err != nil:
			return nil, BrokenFeedback.With("line", r.line+1, "what", "gzip").Because(err)
		}
		break
	}
	if r.left -= int64(len(text)); r.left < 0 {
		return nil, BrokenFeedback.With("line", r.line+1, "what", fmt.Sprintf("> %d", maxHomeText))
	}
	r.line++
	r.sum.Write(text)
	var line homeLine
	if err := json.Unmarshal(bytes.TrimSpace(text), &line); err != nil {
		return nil, BrokenFeedback.With("line", r.line, "what", "JSON").Because(err)
	}
	return &line, nil
}
