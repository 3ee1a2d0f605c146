package bundle

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"strings"
)

const (
	signerPrefix = "ed25519:"
	pemType      = "PRIVATE KEY"
)

// Signer names a public key: "ed25519:" and 64 lower-case hexadecimal digits. It
// is the whole key, so who has the name can check a signature.
func Signer(key ed25519.PublicKey) string { return signerPrefix + hex.EncodeToString(key) }

// ParseSigner checks a name that a person typed. Fault: BadSigner.
func ParseSigner(name string) (string, error) {
	digits := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(name), signerPrefix))
	if key, err := hex.DecodeString(digits); err != nil || len(key) != ed25519.PublicKeySize {
		return "", BadSigner.With("key", name)
	}
	return signerPrefix + digits, nil
}

// EncodeKey writes a private key as PKCS #8 in PEM, which openssl reads too.
func EncodeKey(key ed25519.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: der}), nil
}

// DecodeKey reads what EncodeKey wrote. Fault: BadKey.
func DecodeKey(text []byte) (ed25519.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != pemType {
		return nil, BadKey.With("why", "PEM")
	}
	any, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, BadKey.With("why", err.Error()).Because(err)
	}
	key, ok := any.(ed25519.PrivateKey)
	if !ok {
		return nil, BadKey.With("why", "ed25519")
	}
	return key, nil
}
