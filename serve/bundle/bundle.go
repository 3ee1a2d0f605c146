// Package bundle is a signed file of parts: a release on its way to a machine
// that has nothing else. Nothing of a file is believed before its signature and
// the sum of each part were checked, and no name in it becomes a path.
//
//	in:   a manifest, its parts, a key      out: the same again, or the fault that tells what is wrong
//	read: bundle.go → read.go → key.go; docs/formats/bundle.md draws it byte by byte
package bundle

import (
	"crypto/ed25519"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
)

// Manifest is what is signed: what the file is about, and its parts in their order.
type Manifest struct {
	About json.RawMessage `json:"about"`
	Parts []Part          `json:"parts"`
}

// Part is one stretch of bytes behind the manifest.
type Part struct {
	Name      string `json:"name"`
	SizeBytes int64  `json:"size_bytes"`
	SHA256    string `json:"sha256"` // lower-case hex
}

// The layout: magic, version and length of the manifest, public key, signature,
// manifest, parts. Numbers are little-endian.
const (
	magic        = "ZHUOMO\x1aB"
	version      = 1
	keyAt        = 16
	signatureAt  = keyAt + ed25519.PublicKeySize
	headerSize   = signatureAt + ed25519.SignatureSize
	signedDomain = "zhuomo bundle\n" // so that a signature of something else is none of a bundle
)

// Limits of what is read.
const (
	maxManifest = 1 << 20
	maxParts    = 64
	maxPart     = 1 << 30
)

// Write writes a bundle. part gives the bytes of a part; they must be those that
// the manifest names. Same manifest, same key → same bytes.
func Write(w io.Writer, key ed25519.PrivateKey, m Manifest, part func(Part) (io.ReadCloser, error)) error {
	manifest, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode manifest: %w", err)
	}
	header := make([]byte, signatureAt, headerSize)
	copy(header, magic)
	binary.LittleEndian.PutUint32(header[8:], version)
	binary.LittleEndian.PutUint32(header[12:], uint32(len(manifest)))
	copy(header[keyAt:], key.Public().(ed25519.PublicKey))
	header = append(header, ed25519.Sign(key, signed(header, manifest))...)
	for _, b := range [][]byte{header, manifest} {
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	for _, p := range m.Parts {
		if err := writePart(w, p, part); err != nil {
			return fmt.Errorf("write part %s: %w", p.Name, err)
		}
	}
	return nil
}

func writePart(w io.Writer, p Part, part func(Part) (io.ReadCloser, error)) error {
	r, err := part(p)
	if err != nil {
		return err
	}
	defer r.Close()
	n, err := io.Copy(w, r)
	if err == nil && n != p.SizeBytes {
		err = fmt.Errorf("%d bytes, the manifest says %d", n, p.SizeBytes)
	}
	return err
}

// Size is how many bytes Write will write.
func Size(m Manifest) (int64, error) {
	manifest, err := json.Marshal(m)
	size := int64(headerSize + len(manifest))
	for _, p := range m.Parts {
		size += p.SizeBytes
	}
	return size, err
}

// signed is what a signature speaks of: all before itself, and the manifest.
func signed(header, manifest []byte) []byte {
	text := append([]byte(signedDomain), header[:signatureAt]...)
	return append(text, manifest...)
}
