package serve

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"zhuomo/dialog"
	"zhuomo/internal/blob"
	"zhuomo/internal/db"
	"zhuomo/knowledge"
	"zhuomo/serve/bundle"
)

// Parcel is a bundle that was found whole: a release and its parts.
type Parcel struct {
	Bundled
	File, Signer           string
	Model, Knowledge, Flow []byte
}

// ReadBundle reads a bundle of sizeBytes bytes; pin is the only signer that is
// taken, "" = any. Errors: those of bundle.Read, bundle.PartMissing.
func ReadBundle(r io.Reader, sizeBytes int64, file, pin string) (*Parcel, error) {
	b, err := bundle.Read(r, sizeBytes, file, pin)
	if err != nil {
		return nil, err
	}
	p := &Parcel{File: file, Signer: b.Signer}
	if err := json.Unmarshal(b.About, &p.Bundled); err != nil {
		return nil, bundle.Damaged.With("file", file, "what", "manifest").Because(err)
	}
	if p.Product.ID == "" || p.ReleaseID == "" || p.Contents.ProductID != p.Product.ID {
		return nil, bundle.Damaged.With("file", file, "what", "manifest")
	}
	into := map[string]*[]byte{"model": &p.Model, "knowledge": &p.Knowledge, "flow": &p.Flow}
	sums := map[string]string{}
	for _, part := range b.List {
		sums[part.Name] = part.SHA256
	}
	for _, part := range bundleParts(p.Contents) {
		sum, there := sums[part.name]
		if !there {
			return nil, bundle.PartMissing.With("file", file, "part", part.name)
		}
		if _, err := hex.DecodeString(part.hash.Hex()); err != nil || sum != part.hash.Hex() {
			return nil, bundle.Damaged.With("file", file, "what", part.name)
		}
		*into[part.name] = b.Parts[part.name]
	}
	return p, nil
}

// Release is the release of the parcel as it was known where it was made.
func (p *Parcel) Release() Release {
	return Release{
		ID: p.ReleaseID, Name: releaseName(p.Number), Number: p.Number, Contents: p.Contents, State: Candidate, CreatedUS: p.CreatedUS,
	}
}

// Install makes the release of a parcel live in a place that has no other
// product, under the id and number that it has at home. Whose gate it passed was
// asked there. Installing what is live changes nothing; an older one becomes live
// again. Once somebody's bundle has run here nobody else's does, unless anew says
// that a person has named the signer. Faults: OtherBox, OtherNumber,
// DamagedRelease, bundle.OtherSigner.
func (s *Service) Install(ctx context.Context, p *Parcel, model dialog.Understander, anew bool) (Release, error) {
	r := p.Release()
	live, err := liveReleases(ctx, s.n.DB.Reader())
	if err != nil {
		return r, err
	}
	for product := range live {
		if product != r.ProductID {
			return r, OtherBox.With("product", product)
		}
	}
	signers, err := s.Signers(ctx) // here: those that were taken
	if err != nil {
		return r, err
	}
	known := len(signers) > 0 && signers[0].Signer == p.Signer
	if len(signers) > 0 && !known && !anew {
		return r, bundle.OtherSigner.With("file", p.File, "found", p.Signer, "wanted", signers[0].Signer)
	}
	ready, err := p.ready(model)
	if err != nil {
		return r, err
	}
	if _, err := blob.PutBytes(ctx, s.n.Blobs, p.Flow); err != nil { // sessions stay pinned to it when the next bundle comes
		return r, fmt.Errorf("keep the flow: %w", err)
	}
	manifest, err := json.Marshal(p.Contents)
	if err != nil {
		return r, err
	}
	hash, err := blob.PutBytes(ctx, s.n.Blobs, manifest)
	if err != nil {
		return r, fmt.Errorf("keep the manifest: %w", err)
	}
	r.Manifest = string(hash)
	err = s.n.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		there, ok, err := readRelease(ctx, tx, r.ProductID, r.ID, r.Number)
		if err != nil {
			return err
		}
		if ok && there.ID != r.ID {
			return OtherNumber.With("number", r.Number)
		}
		if ok {
			return nil
		}
		return insertRelease(ctx, tx, r)
	})
	if err != nil {
		return r, err
	}
	l := s.line(r.ProductID)
	l.hold(r.ID, ready)
	loaded, err := l.load(ctx, s, r)
	if err != nil {
		return r, err
	}
	if !known {
		if _, err := s.keepSigner(ctx, p.Signer); err != nil {
			return r, err
		}
	}
	if live[r.ProductID] != r.ID {
		if err := s.move(ctx, Publication{Kind: "install", ReleaseID: r.ID, Gate: "signed", Reason: p.Signer, productID: r.ProductID}); err != nil {
			return r, err
		}
	}
	l.show(loaded)
	return s.Release(ctx, r.ProductID, r.ID)
}

func (p *Parcel) ready(model dialog.Understander) (Ready, error) {
	broken := func(part string, err error) error {
		return DamagedRelease.With("number", p.Number, "part", part).Because(err)
	}
	snapshot, err := knowledge.DecodeSnapshot(p.Knowledge)
	if err != nil {
		return Ready{}, broken("knowledge", err)
	}
	snapshot.Warm()
	flow, err := dialog.ReadFlow(p.Flow)
	if err != nil {
		return Ready{}, broken("flow", err)
	}
	return Ready{Model: model, Knowledge: dialog.Known(snapshot), Flow: flow}, nil
}

// OnlyLive is the id of the product of a box. Fault: NothingLive.
func (s *Service) OnlyLive(ctx context.Context) (string, error) {
	live, err := liveProducts(ctx, s.n.DB.Reader())
	if err == nil && len(live) != 1 {
		err = NothingLive.With("product", "")
	}
	if err != nil {
		return "", err
	}
	return live[0], nil
}

// Trim keeps the newest turns of a product and drops the rest, with the sessions
// that have none left and were quiet for a while: a box has a small disk. It
// tells how many turns went.
func (s *Service) Trim(ctx context.Context, product string, keep int) (dropped int, err error) {
	count, err := countTurns(ctx, s.n.DB.Reader(), product)
	for err == nil && count-dropped > keep && ctx.Err() == nil {
		var gone int
		quiet := s.n.Now().Add(-2 * sessionIdle).UnixMicro()
		n := min(count-dropped-keep, trimBatch)
		err = s.n.DB.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
			gone, err = dropTurns(ctx, tx, product, n, quiet)
			return err
		})
		if dropped += gone; gone == 0 {
			break
		}
	}
	if dropped > 0 {
		s.sessions.forget(product)
	}
	return dropped, err
}

// trimBatch bounds what one write of Trim holds.
const trimBatch = 500

// TrimEvery is how often a box looks whether it has too much.
const TrimEvery = time.Minute
