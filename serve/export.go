package serve

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"zhuomo/internal/blob"
	"zhuomo/learn"
	"zhuomo/serve/bundle"
)

// Bundled is what the manifest of a bundle says of its release: no time of
// export and no program in it, so that a release always gives the same file.
type Bundled struct {
	Product   BundledProduct `json:"product"`
	ReleaseID string         `json:"release_id"`
	Number    int            `json:"number"`
	CreatedUS int64          `json:"created_us"`
	Contents  Contents       `json:"contents"`
}

// BundledProduct names the product.
type BundledProduct struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// bundleParts are the parts of every bundle in their order, and where its contents name
// them: the name of a blob is the sum of its bytes.
func bundleParts(c Contents) []namedPart {
	return []namedPart{{"model", blob.Hash(c.ModelID)}, {"knowledge", c.Knowledge}, {"flow", c.Flow}}
}

type namedPart struct {
	name string
	hash blob.Hash
}

// Export is a bundle that can be written.
type Export struct {
	Release   Release
	SizeBytes int64

	s        *Service
	key      ed25519.PrivateKey
	manifest bundle.Manifest
}

// Export makes a release ready to be written as a bundle. It loads the release
// and asks its model a question first: what does not run here would not run
// there. Faults: NoRelease, NothingLive, DamagedRelease, NotAlone, KeyElsewhere.
func (s *Service) Export(ctx context.Context, product, name, idOrName string) (*Export, error) {
	r, err := s.Release(ctx, product, idOrName)
	if err != nil {
		return nil, err
	}
	loaded, err := s.Load(ctx, r)
	if err != nil {
		return nil, err
	}
	if m, ok := loaded.Model.(interface{ RunsOutside() bool }); ok && m.RunsOutside() {
		return nil, NotAlone.With("number", r.Number)
	}
	if _, err := loaded.Model.Understand(ctx, "你好", nil); errors.Is(err, learn.NeedsVectors) {
		return nil, NotAlone.With("number", r.Number).Because(err)
	} else if err != nil {
		return nil, fmt.Errorf("ask the model of r%d: %w", r.Number, err)
	}
	x := &Export{Release: r, s: s}
	about := Bundled{Product: BundledProduct{product, name}, ReleaseID: r.ID, Number: r.Number, CreatedUS: r.CreatedUS, Contents: r.Contents}
	if x.manifest.About, err = json.Marshal(about); err != nil {
		return nil, err
	}
	for _, p := range bundleParts(r.Contents) {
		file, err := s.n.Blobs.Open(ctx, p.hash)
		if err != nil {
			return nil, DamagedRelease.With("number", r.Number, "part", p.name).Because(err)
		}
		x.manifest.Parts = append(x.manifest.Parts, bundle.Part{Name: p.name, SizeBytes: file.Size(), SHA256: p.hash.Hex()})
		if err := file.Close(); err != nil {
			return nil, err
		}
	}
	if x.key, err = s.signingKey(ctx); err != nil {
		return nil, err
	}
	x.SizeBytes, err = bundle.Size(x.manifest)
	return x, err
}

// FileName is what the bundle may be called.
func (x *Export) FileName() string { return x.Release.Name + ".zhuomo" }

// Write writes the bundle. Same release, same key → same bytes.
func (x *Export) Write(ctx context.Context, w io.Writer) error {
	return bundle.Write(w, x.key, x.manifest, func(p bundle.Part) (io.ReadCloser, error) {
		return x.s.n.Blobs.Open(ctx, blob.FromHex(p.SHA256))
	})
}
