package bundle

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"zhuomo/internal/fault"
)

func testKey(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
}

func nameOf(key ed25519.PrivateKey) string { return Signer(key.Public().(ed25519.PublicKey)) }

// small gives a bundle of two parts.
func small(t testing.TB, key ed25519.PrivateKey, change ...func(*Manifest)) []byte {
	t.Helper()
	parts := map[string]string{"model": "七个字的模型呀", "flow": "flow: []\n"}
	m := Manifest{About: json.RawMessage(`{"release":"r1"}`)}
	for _, name := range []string{"model", "flow"} {
		sum := sha256.Sum256([]byte(parts[name]))
		m.Parts = append(m.Parts, Part{Name: name, SizeBytes: int64(len(parts[name])), SHA256: hex.EncodeToString(sum[:])})
	}
	for _, c := range change {
		c(&m)
	}
	var file bytes.Buffer
	err := Write(&file, key, m, func(p Part) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(parts[p.Name])), nil })
	if err != nil {
		t.Fatal(err)
	}
	if size, err := Size(m); err != nil || size != int64(file.Len()) {
		t.Fatalf("it has %d bytes, Size says %d, %v", file.Len(), size, err)
	}
	return file.Bytes()
}

func read(file []byte, pin string) (*Bundle, error) {
	return Read(bytes.NewReader(file), int64(len(file)), "x.zhuomo", pin)
}

func TestABundleComesBackAsItWas(t *testing.T) {
	t.Parallel()
	file := small(t, testKey(1))
	if again := small(t, testKey(1)); !bytes.Equal(file, again) {
		t.Error("the same release gave other bytes")
	}
	b, err := read(file, nameOf(testKey(1)))
	if err != nil {
		t.Fatal(err)
	}
	if b.Signer != nameOf(testKey(1)) || string(b.Parts["model"]) != "七个字的模型呀" || string(b.Parts["flow"]) != "flow: []\n" || string(b.About) != `{"release":"r1"}` {
		t.Errorf("it came back as %+v", b)
	}
}

// TestNoByteCanBeChanged changes every byte in three ways, cuts the file at every
// length and lengthens it: each is refused by a fault of this package, and what a
// changed place is told as stands in the table.
func TestNoByteCanBeChanged(t *testing.T) {
	t.Parallel()
	file := small(t, testKey(1))
	manifest := headerSize + int(binary.LittleEndian.Uint32(file[12:]))
	told := func(at int) []*fault.Definition {
		switch {
		case at < 8:
			return []*fault.Definition{NotBundle}
		case at < 12:
			return []*fault.Definition{TooNew, Damaged} // version 0 is none
		case at < 16:
			return []*fault.Definition{BadSignature, CutShort, Damaged} // longer than the file, or than any may be
		case at < manifest:
			return []*fault.Definition{BadSignature}
		}
		return []*fault.Definition{Damaged}
	}
	for at := range file {
		for _, flip := range []byte{1, 0x80, 0xff} {
			changed := bytes.Clone(file)
			changed[at] ^= flip
			b, err := read(changed, "")
			ok := false
			for _, want := range told(at) {
				ok = ok || errors.Is(err, want)
			}
			if !ok {
				t.Errorf("byte %d xor %#x: %v, %v", at, flip, b, err)
			}
		}
	}
	for n := range file {
		want := CutShort
		if n == 0 {
			want = NotBundle
		}
		if b, err := read(file[:n], ""); !errors.Is(err, want) {
			t.Errorf("cut at %d: %v, %v", n, b, err)
		}
		// A file system that lost the end after its size was asked for.
		if _, err := Read(bytes.NewReader(file[:n]), int64(len(file)), "x", ""); !errors.Is(err, want) {
			t.Errorf("cut at %d while it is read: %v", n, err)
		}
	}
	if b, err := read(append(bytes.Clone(file), 0), ""); !errors.Is(err, Damaged) {
		t.Errorf("one byte more: %v, %v", b, err)
	}
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	other := func(change func(file []byte)) []byte {
		file := small(t, testKey(1))
		change(file)
		return file
	}
	resigned := func(text string) []byte { // a manifest of any kind, rightly signed
		file := small(t, testKey(1))
		header := bytes.Clone(file[:signatureAt])
		binary.LittleEndian.PutUint32(header[12:], uint32(len(text)))
		header = append(header, ed25519.Sign(testKey(1), signed(header, []byte(text)))...)
		return append(header, text...)
	}
	for name, c := range map[string]struct {
		file []byte
		pin  string
		want *fault.Definition
	}{
		"another signer than the one named":        {small(t, testKey(1)), nameOf(testKey(2)), OtherSigner},
		"the key of another signer put in":         {other(func(f []byte) { copy(f[keyAt:], testKey(2).Public().(ed25519.PublicKey)) }), nameOf(testKey(2)), BadSignature},
		"a newer version of the format":            {other(func(f []byte) { f[8] = 2 }), "", TooNew},
		"an empty file":                            {nil, "", NotBundle},
		"a model file":                             {[]byte("ZHUOMO\x1aM" + strings.Repeat("x", 500)), "", NotBundle},
		"a zip file":                               {[]byte("PK\x03\x04" + strings.Repeat("x", 500)), "", NotBundle},
		"a part of which the sum is another":       {small(t, testKey(1), func(m *Manifest) { m.Parts[0].SHA256 = strings.Repeat("0", 64) }), "", Damaged},
		"a sum that is none":                       {resigned(`{"parts":[{"name":"x","sha256":"zz"}]}`), "", Damaged},
		"a signed manifest that is no JSON":        {resigned(`{`), "", Damaged},
		"a part of less than nothing":              {resigned(fmt.Sprintf(`{"parts":[{"name":"x","size_bytes":-1,"sha256":"%064d"}]}`, 0)), "", Damaged},
		"a part that is larger than any":           {resigned(fmt.Sprintf(`{"parts":[{"name":"x","size_bytes":1e18,"sha256":"%064d"}]}`, 0)), "", Damaged},
		"a part that is larger than the file":      {resigned(fmt.Sprintf(`{"parts":[{"name":"x","size_bytes":99,"sha256":"%064d"}]}`, 0)), "", CutShort},
		"two parts of one name":                    {resigned(fmt.Sprintf(`{"parts":[{"name":"x","sha256":"%064d"},{"name":"x","sha256":"%064d"}]}`, 0, 0)), "", Damaged},
		"a manifest that is larger than the limit": {other(func(f []byte) { binary.LittleEndian.PutUint32(f[12:], maxManifest+1) }), "", Damaged},
	} {
		if b, err := read(c.file, c.pin); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, %v; want %s", name, b, err, c.want.Code)
		}
	}
}

func TestNamesOfSigners(t *testing.T) {
	t.Parallel()
	name := nameOf(testKey(3))
	for _, typed := range []string{name, strings.TrimPrefix(name, "ed25519:"), " " + strings.ToUpper(strings.TrimPrefix(name, "ed25519:")) + "\n"} {
		if got, err := ParseSigner(typed); err != nil || got != name {
			t.Errorf("%q: %q, %v", typed, got, err)
		}
	}
	for _, typed := range []string{"", "ed25519:", name[:70], name + "00", "rsa:" + name[8:]} {
		if got, err := ParseSigner(typed); !errors.Is(err, BadSigner) {
			t.Errorf("%q: %q, %v", typed, got, err)
		}
	}
	text, err := EncodeKey(testKey(3))
	if err != nil {
		t.Fatal(err)
	}
	if key, err := DecodeKey(text); err != nil || !key.Equal(testKey(3)) {
		t.Errorf("the key came back as %v, %v", key, err)
	}
	for _, broken := range []string{"", "x", string(text[:60]), strings.ReplaceAll(string(text), "PRIVATE", "PUBLIC")} {
		if _, err := DecodeKey([]byte(broken)); !errors.Is(err, BadKey) {
			t.Errorf("%q: %v", broken, err)
		}
	}
}

// FuzzRead feeds anything: what is not refused is signed and fits its sums.
func FuzzRead(f *testing.F) {
	whole := small(f, testKey(1))
	f.Add(whole)
	f.Add(whole[:headerSize])
	f.Add(whole[:len(whole)-1])
	f.Add([]byte("ZHUOMO\x1aB"))
	f.Fuzz(func(t *testing.T, file []byte) {
		b, err := read(file, "")
		if err != nil {
			if fault.Of(err).Def == fault.Internal {
				t.Fatalf("no fault of the format: %v", err)
			}
			return
		}
		for _, p := range b.List {
			sum := sha256.Sum256(b.Parts[p.Name])
			if hex.EncodeToString(sum[:]) != p.SHA256 {
				t.Fatalf("part %q does not fit its sum", p.Name)
			}
		}
		if length := binary.LittleEndian.Uint32(file[12:]); !ed25519.Verify(file[keyAt:signatureAt], signed(file[:headerSize], file[headerSize:headerSize+length]), file[signatureAt:headerSize]) {
			t.Fatal("it is not signed")
		}
	})
}
