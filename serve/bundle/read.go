package bundle

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
)

// Bundle is a file that was found whole and rightly signed.
type Bundle struct {
	Signer string // who signed it
	About  json.RawMessage
	Parts  map[string][]byte // by name
	List   []Part
}

// Read reads a bundle of sizeBytes bytes and checks all of it. pin is the only
// signer that is taken, "" = any; file is the name for faults.
//
// Order:  signature, signer, sizes, then the sum of each part; what was not
// checked is not looked at.
// Cost:   memory for the parts, never more than the file has bytes.
// Errors: NotBundle, TooNew, CutShort, BadSignature, OtherSigner, Damaged.
func Read(r io.Reader, sizeBytes int64, file, pin string) (*Bundle, error) {
	header := make([]byte, headerSize)
	n, err := io.ReadFull(r, header)
	switch {
	case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil, err
	case !bytes.HasPrefix(header[:n], []byte(magic)[:min(n, len(magic))]) || n == 0:
		return nil, NotBundle.With("file", file)
	case n < headerSize:
		return nil, CutShort.With("file", file)
	}
	switch v := binary.LittleEndian.Uint32(header[8:]); {
	case v > version:
		return nil, TooNew.With("file", file, "found", v, "known", version)
	case v < version:
		return nil, Damaged.With("file", file, "what", "version")
	}
	length, rest := int64(binary.LittleEndian.Uint32(header[12:])), sizeBytes-headerSize
	if length > maxManifest {
		return nil, Damaged.With("file", file, "what", "manifest")
	}
	manifest, err := take(r, length, rest, file)
	if err != nil {
		return nil, err
	}
	key := ed25519.PublicKey(header[keyAt:signatureAt])
	if !ed25519.Verify(key, signed(header, manifest), header[signatureAt:]) {
		return nil, BadSignature.With("file", file)
	}
	out := &Bundle{Signer: Signer(key), Parts: map[string][]byte{}}
	if pin != "" && out.Signer != pin {
		return nil, OtherSigner.With("file", file, "found", out.Signer, "wanted", pin)
	}
	m, err := readManifest(manifest, file)
	if err != nil {
		return nil, err
	}
	return out, out.readParts(r, m, rest-length, file)
}

func readManifest(text []byte, file string) (Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil || len(m.Parts) > maxParts {
		return m, Damaged.With("file", file, "what", "manifest").Because(err)
	}
	seen := map[string]bool{}
	for _, p := range m.Parts {
		if sum, err := hex.DecodeString(p.SHA256); err != nil || len(sum) != sha256.Size || seen[p.Name] || p.SizeBytes < 0 || p.SizeBytes > maxPart {
			return m, Damaged.With("file", file, "what", "manifest").Because(err)
		}
		seen[p.Name] = true
	}
	return m, nil
}

func (b *Bundle) readParts(r io.Reader, m Manifest, rest int64, file string) error {
	b.About, b.List = m.About, m.Parts
	whole := int64(0)
	for _, p := range m.Parts {
		whole += p.SizeBytes
	}
	if whole > rest {
		return CutShort.With("file", file)
	}
	for _, p := range m.Parts {
		bytes, err := take(r, p.SizeBytes, rest, file)
		if err != nil {
			return err
		}
		rest -= p.SizeBytes
		if sum := sha256.Sum256(bytes); hex.EncodeToString(sum[:]) != p.SHA256 {
			return Damaged.With("file", file, "what", p.Name)
		}
		b.Parts[p.Name] = bytes
	}
	if n, err := io.ReadFull(r, make([]byte, 1)); n > 0 || rest > 0 {
		return Damaged.With("file", file, "what", "end")
	} else if err != nil && err != io.EOF {
		return err
	}
	return nil
}

// take reads n of the rest bytes that are left. Fault: CutShort.
func take(r io.Reader, n, rest int64, file string) ([]byte, error) {
	if n > rest {
		return nil, CutShort.With("file", file)
	}
	bytes := make([]byte, n)
	_, err := io.ReadFull(r, bytes)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, CutShort.With("file", file)
	}
	return bytes, err
}
