package people

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/fault"
)

// Entry is one line of the audit log: who did what to what, and how it ended. It
// never holds the text of a row. The order of its fields is that of the bytes
// that are hashed.
type Entry struct {
	Seq     int64             `json:"seq" table:"序号|no."`
	AtUS    int64             `json:"at_us" table:"时间|time" doc:"UTC 微秒|UTC microseconds"`
	ActorID string            `json:"actor_id" table:"-" doc:"账号编号，空 = 没有登录|id of the account, empty = nobody signed in"`
	Actor   string            `json:"actor" table:"操作人|who" doc:"当时的姓名|the name at that time"`
	Role    string            `json:"role,omitempty" table:"角色|role"`
	Token   string            `json:"token,omitempty" table:"-" doc:"所用令牌的编号|id of the token that was used"`
	Action  string            `json:"action" table:"做了什么|action"`
	Object  map[string]string `json:"object,omitempty" table:"对象|object" doc:"地址里的编号|what the address names"`
	Outcome string            `json:"outcome" enum:"done,failed,refused" table:"结果|outcome"`
	Details map[string]string `json:"details,omitempty" table:"详情|details"`
	Request string            `json:"request,omitempty" table:"-" doc:"请求编号|id of the request"`
}

// link is an entry in its place in the chain.
type link struct {
	seq, atUS       int64
	actorID, action string
	entry           string // JSON, the bytes that are hashed
	before, hash    string // hex; before is "" for the first
}

// linkHash is the hash of an entry that follows the hash before.
func linkHash(before, entry string) string {
	sum := sha256.Sum256([]byte(before + entry))
	return hex.EncodeToString(sum[:])
}

// Note keeps the act together with what tx writes (api.Auditor).
func (s *Service) Note(ctx context.Context, tx db.Tx, a api.Act) error {
	now := s.now()
	e := Entry{
		AtUS: now.UnixMicro(), ActorID: a.Actor.ID, Actor: a.Actor.Name, Action: a.Action,
		Object: a.Object, Outcome: a.Outcome, Details: a.Details, Request: a.Request,
	}
	e.Token = a.Actor.Token
	if len(a.Actor.Roles) > 0 {
		e.Role = string(a.Actor.Roles[0])
	}
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return insertNoted(ctx, tx, db.NewID(now), string(text))
}

// Keep notes an act that goes with no other write, and chains it.
func (s *Service) Keep(ctx context.Context, a api.Act) error {
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error { return s.Note(ctx, tx, a) })
	if err != nil {
		return err
	}
	return s.Chain(ctx)
}

// chainAtOnce is how many entries one transaction chains.
const chainAtOnce = 200

// Chain puts what was noted at the end of the chain (api.Auditor). Of several
// processes that do it, each waits for the others: the chain stays one line.
func (s *Service) Chain(ctx context.Context) error {
	s.chaining.Lock()
	defer s.chaining.Unlock()
	for more := true; more; {
		err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			noted, err := readNoted(ctx, tx, chainAtOnce)
			if more = len(noted) == chainAtOnce; err != nil || len(noted) == 0 {
				return err
			}
			seq, hash, err := auditHead(ctx, tx)
			if err != nil {
				return err
			}
			for _, n := range noted {
				var e Entry
				if err := json.Unmarshal([]byte(n.entry), &e); err != nil {
					return fmt.Errorf("read what was noted as %s: %w", n.id, err)
				}
				seq++
				e.Seq = seq
				text, err := json.Marshal(e)
				if err != nil {
					return err
				}
				l := link{seq: seq, atUS: e.AtUS, actorID: e.ActorID, action: e.Action, entry: string(text), before: hash}
				l.hash = linkHash(l.before, l.entry)
				if err := insertLinkOfChain(ctx, tx, l); err != nil {
					return err
				}
				if err := dropNoted(ctx, tx, n.id); err != nil {
					return err
				}
				hash = l.hash
			}
			return moveAuditHead(ctx, tx, seq, hash)
		})
		if err != nil {
			return fmt.Errorf("chain the audit log: %w", err)
		}
	}
	return nil
}

// AuditFilter narrows a look at the audit log; zero fields narrow nothing.
type AuditFilter struct {
	Text    string // anywhere in the entry
	ActorID string
	Action  string
	Before  int64 // seq
}

// Audit lists entries, the latest first.
func (s *Service) Audit(ctx context.Context, f AuditFilter, limit int) ([]Entry, error) {
	links, err := auditLinks(ctx, s.db.Reader(), f, limit)
	if err != nil {
		return nil, err
	}
	entries := make([]Entry, len(links))
	for i, l := range links {
		if err := json.Unmarshal([]byte(l.entry), &entries[i]); err != nil {
			entries[i] = Entry{Seq: l.seq, AtUS: l.atUS, ActorID: l.actorID, Action: l.action} // spoilt; Verify says so
		}
	}
	return entries, nil
}

// AuditFlaw is one place where the chain is not as it was written.
type AuditFlaw struct {
	Seq  int64  `json:"seq" table:"序号|no."`
	Kind string `json:"kind" enum:"changed,missing,inserted" table:"毛病|flaw" doc:"改过、少了、多出|changed, missing or inserted"`
}

// What can be wrong at a place in the chain.
const (
	flawChanged  = "changed"
	flawMissing  = "missing"
	flawInserted = "inserted"
)

// AuditVerdict is what Verify found.
type AuditVerdict struct {
	Whole  bool        `json:"whole" table:"完好|whole"`
	Count  int64       `json:"entry_count" table:"条数|entries"`
	FromUS int64       `json:"from_us" table:"最早|first"`
	ToUS   int64       `json:"to_us" table:"最近|last"`
	Head   string      `json:"head" table:"链尾哈希|hash of the last" doc:"抄下来，以后可核对：改写整条链也瞒不过|write it down and compare later: then not even a chain that was written anew passes"`
	Flaws  []AuditFlaw `json:"flaws" nullable:"false"`
}

// mostFlaws is how many are listed.
const mostFlaws = 100

// Verify reads the whole chain and tells where it is not as it was written.
func (s *Service) Verify(ctx context.Context) (AuditVerdict, error) {
	v := verifier{out: AuditVerdict{Flaws: []AuditFlaw{}}}
	err := s.db.Snapshot(ctx, func(ctx context.Context, r db.Reader) error {
		v = verifier{out: AuditVerdict{Flaws: []AuditFlaw{}}}
		if err := eachLink(ctx, r, func(l link) error { v.see(l); return ctx.Err() }); err != nil {
			return err
		}
		seq, hash, err := auditHead(ctx, r)
		v.end(seq, hash)
		return err
	})
	v.out.Whole = len(v.out.Flaws) == 0
	return v.out, err
}

// verifier walks along a chain.
type verifier struct {
	out    AuditVerdict
	prev   link
	before string // hash of the one before prev
	shift  int64  // how much higher the next were numbered when they were written, since some were taken out or put in
}

// flaw tells each place once; that it was put in says more than that it was changed.
func (v *verifier) flaw(seq int64, kind string) {
	last := len(v.out.Flaws) - 1
	switch {
	case last >= 0 && v.out.Flaws[last].Seq == seq:
		v.out.Flaws[last].Kind = kind
	case last+1 < mostFlaws:
		v.out.Flaws = append(v.out.Flaws, AuditFlaw{seq, kind})
	}
}

func (v *verifier) missing(from, to int64) {
	for seq := from; seq <= to && len(v.out.Flaws) < mostFlaws; seq++ {
		v.flaw(seq, flawMissing)
	}
}

func (v *verifier) see(l link) {
	if v.out.Count == 0 {
		v.out.FromUS = l.atUS
	}
	v.out.Count++
	v.out.ToUS, v.out.Head = l.atUS, l.hash
	gap := l.seq > v.prev.seq+1
	v.missing(v.prev.seq+1, l.seq-1)
	written, sound := l.read()
	torn := l.before != v.prev.hash && !gap
	switch {
	case !sound || linkHash(l.before, l.entry) != l.hash:
		if torn && l.before == v.before && v.out.Count > 1 {
			v.flaw(v.prev.seq, flawInserted)
			v.shift--
		}
		v.flaw(l.seq, flawChanged)
	case torn && l.before == v.before && v.out.Count > 1:
		v.flaw(v.prev.seq, flawInserted)
		v.shift--
	case torn && written-l.seq > v.shift: // one that stood here is gone, and the rest was numbered anew
		v.flaw(l.seq, flawMissing)
		v.shift = written - l.seq
	case torn: // its hash was made to fit
		v.flaw(v.prev.seq, flawChanged)
	case written-l.seq != v.shift:
		v.flaw(l.seq, flawChanged)
	}
	v.before, v.prev = v.prev.hash, l
}

// end compares the last entry with where the chain is known to end.
func (v *verifier) end(seq int64, hash string) {
	last := v.prev.seq + v.shift
	v.missing(last+1, seq)
	switch {
	case last > seq:
		v.flaw(v.prev.seq, flawInserted)
	case last == seq && v.prev.hash != hash:
		v.flaw(v.prev.seq, flawChanged)
	}
}

// read gives the number that the entry itself says it has, and tells whether the
// columns say what the entry says.
func (l link) read() (written int64, sound bool) {
	var e Entry
	err := json.Unmarshal([]byte(l.entry), &e)
	return e.Seq, err == nil && e.AtUS == l.atUS && e.ActorID == l.actorID && e.Action == l.action
}

const signInAction = "sign-in"

// refusals keeps a flood of refused sign-ins from filling the log: so many a
// minute are noted, the rest counted.
type refusals struct {
	minute   time.Time
	noted    int
	unlisted int
}

const refusalsAMinute = 30

// noteRefused notes a sign-in that was refused.
func (s *Service) noteRefused(ctx context.Context, how string, why error) error {
	s.refusing.Lock()
	defer s.refusing.Unlock()
	if now := s.now().Truncate(time.Minute); !now.Equal(s.refused.minute) {
		s.refused.minute, s.refused.noted = now, 0
	}
	if s.refused.noted >= refusalsAMinute {
		s.refused.unlisted++
		return nil
	}
	s.refused.noted++
	a := api.Act{Action: signInAction, Outcome: api.Refused, Details: map[string]string{"by": how}, Request: api.RequestID(ctx)}
	a.Details["why"] = fault.Of(why).Def.Code
	if s.refused.unlisted > 0 {
		a.Details["unlisted"] = fmt.Sprint(s.refused.unlisted)
		s.refused.unlisted = 0
	}
	return s.Keep(ctx, a)
}
