package people

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

const tokenPrefix = "zm_"

// newSecret makes 256 random bits as text.
func newSecret() string {
	var bits [32]byte
	rand.Read(bits[:]) // never fails (crypto/rand, Go 1.24)
	return base64.RawURLEncoding.EncodeToString(bits[:])
}

// hashOf is what the database keeps of a secret.
func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
