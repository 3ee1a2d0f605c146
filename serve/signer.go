package serve

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/serve/bundle"
)

// Signer is a key by which this workbench signs bundles, or has signed.
type Signer struct {
	Signer    string `json:"signer" table:"签名人|signer" doc:"公钥，小盒子上写在 --key 后面|the public key, what a box is given with --key"`
	Actor     string `json:"actor,omitempty" table:"谁建的|by"`
	CreatedUS int64  `json:"created_us" table:"建立时间|made"`
}

// signersLock is held by who looks for the key or makes one.
const signersLock = "serve.signers"

// signingKey gives the key of this workbench and makes it the first time.
//
// The private half is a file beside the data, for its user alone: a database has
// backups and copies, and who reads one of those must not be able to sign. The
// database knows the public half, so that no process signs by a key of its own.
// Faults: KeyElsewhere, bundle.BadKey.
func (s *Service) signingKey(ctx context.Context) (ed25519.PrivateKey, error) {
	unlock, err := s.n.DB.Lock(ctx, signersLock)
	if err != nil {
		return nil, err
	}
	defer unlock()
	known, err := s.Signers(ctx)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(s.n.SigningKey)
	switch {
	case errors.Is(err, fs.ErrNotExist) && len(known) > 0:
		return nil, KeyElsewhere.With("key", known[0].Signer, "file", s.n.SigningKey)
	case errors.Is(err, fs.ErrNotExist):
		key, _, err := s.makeKey(ctx)
		return key, err
	case err != nil:
		return nil, bundle.BadKey.With("why", err.Error()).Because(err)
	}
	key, err := bundle.DecodeKey(text)
	if err != nil {
		return nil, err
	}
	name := bundle.Signer(key.Public().(ed25519.PublicKey))
	switch {
	case len(known) == 0: // the file was brought here before anything was signed
		_, err = s.keepSigner(ctx, name)
	case known[0].Signer != name:
		return nil, KeyElsewhere.With("key", known[0].Signer, "file", s.n.SigningKey)
	}
	return key, err
}

// NewSigner makes another key, by which bundles are signed from now on. Boxes
// that were told the old one take no bundle until they are told the new one.
func (s *Service) NewSigner(ctx context.Context) (Signer, error) {
	unlock, err := s.n.DB.Lock(ctx, signersLock)
	if err != nil {
		return Signer{}, err
	}
	defer unlock()
	_, made, err := s.makeKey(ctx)
	return made, err
}

// makeKey writes the private half first: a public half that nobody can sign by
// would stop every export.
func (s *Service) makeKey(ctx context.Context) (ed25519.PrivateKey, Signer, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, Signer{}, err
	}
	text, err := bundle.EncodeKey(key)
	if err == nil {
		err = writeSecret(s.n.SigningKey, text)
	}
	if err != nil {
		return nil, Signer{}, fmt.Errorf("keep the signing key: %w", err)
	}
	made, err := s.keepSigner(ctx, bundle.Signer(key.Public().(ed25519.PublicKey)))
	return key, made, err
}

// writeSecret puts a whole new file, which only its user may read, in place.
func writeSecret(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}

func (s *Service) keepSigner(ctx context.Context, name string) (Signer, error) {
	made := Signer{Signer: name, Actor: api.Who(ctx).Name, CreatedUS: s.n.Now().UnixMicro()}
	return made, s.n.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error { return insertSigner(ctx, tx, made) })
}

// Signers lists the keys of this workbench, the newest first: that one signs.
func (s *Service) Signers(ctx context.Context) ([]Signer, error) {
	return readSigners(ctx, s.n.DB.Reader())
}
