package evaluate

import (
	"context"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
)

// Signature is who let a report's model become a release candidate.
type Signature struct {
	ActorID     string `json:"actor_id"`
	Actor       string `json:"actor"`
	Reason      string `json:"reason,omitempty" doc:"门禁没过仍签发的理由|why it was signed although the gate refused"`
	ReleaseID   string `json:"release_id"`
	ReleaseName string `json:"release_name" table:"发布版|release"`
	AtUS        int64  `json:"at_us" table:"时间|at"`
}

// Verdict words of a person about a flip.
const (
	NewRight  = "new_right"
	OldRight  = "old_right"
	BothWrong = "both_wrong"
	GoldWrong = "gold_wrong"
)

// Sign makes a release candidate of a report's model. A report that its gate
// refused needs a reason, and a lead; both stay in the report. A report is
// signed once: again gives the first signature.
//
// Faults: NoSuchReport, GateNotPassed, OverrideDenied, CannotSign.
func (s *Service) Sign(ctx context.Context, report, reason string) (Signature, error) {
	r, err := s.Report(ctx, report)
	if err != nil {
		return Signature{}, err
	}
	if r.Signature != nil {
		return *r.Signature, nil
	}
	who := api.Who(ctx)
	if !r.Passed {
		share := r.Verdict.Count()
		if reason == "" {
			return Signature{}, GateNotPassed.With("passed", share.Passed, "total", share.Total).At("reason")
		}
		if !who.May(api.Lead) {
			return Signature{}, OverrideDenied.With()
		}
	} else {
		reason = ""
	}
	if s.needs.Signer == nil {
		return Signature{}, CannotSign.With()
	}
	out := Signature{ActorID: who.ID, Actor: who.Name, Reason: reason, AtUS: s.needs.Now().UnixMicro()}
	if out.ReleaseID, out.ReleaseName, err = s.needs.Signer.Sign(ctx, r, reason); err != nil {
		return out, err
	}
	return out, s.needs.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error { return insertSignature(ctx, tx, r.ID, out) })
}

// SetVerdict keeps what a person thinks of a flip; "" takes it back. Faults:
// NoSuchReport, NoSuchFlip.
func (s *Service) SetVerdict(ctx context.Context, report, row, verdict string) error {
	r, err := s.Report(ctx, report)
	if err != nil {
		return err
	}
	if r.Flips == nil || !r.Flips.has(row) {
		return NoSuchFlip.With("row", row, "report", report)
	}
	return s.needs.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		return putVerdict(ctx, tx, r.ID, row, verdict, api.Who(ctx).ID, s.needs.Now().UnixMicro())
	})
}

func (f Flips) has(row string) bool {
	for _, x := range f.List {
		if x.RowID == row {
			return true
		}
	}
	return false
}
