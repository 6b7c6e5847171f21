package openvpn

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// Consumers pin the certificate by fingerprint, so its dates say nothing. They are wide enough for
// clocks that are wrong.
const (
	certificateBefore = 24 * time.Hour
	certificateLife   = 10 * 365 * 24 * time.Hour
)

// fingerprint is the SHA-256 of a certificate in DER.
type fingerprint [sha256.Size]byte

// String is openvpn's notation: upper-case bytes with colons between.
func (f fingerprint) String() string {
	var b strings.Builder
	for i, octet := range f {
		if i > 0 {
			b.WriteByte(':')
		}
		fmt.Fprintf(&b, "%02X", octet)
	}
	return b.String()
}

// certificate is a provider's for the TLS that openvpn speaks, with its key. It is made when the
// provider starts and is never stored.
type certificate struct {
	certPEM, keyPEM []byte
	fingerprint     fingerprint
}

// newCertificate makes a self-signed certificate with an ECDSA key on P-256.
func newCertificate(now time.Time) (certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return certificate{}, fmt.Errorf("make tls key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return certificate{}, fmt.Errorf("make tls certificate: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: "server"},
		NotBefore:             now.Add(-certificateBefore),
		NotAfter:              now.Add(certificateLife),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return certificate{}, fmt.Errorf("make tls certificate: %w", err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return certificate{}, fmt.Errorf("make tls certificate: %w", err)
	}
	return certificate{
		certPEM:     pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		keyPEM:      pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}),
		fingerprint: sha256.Sum256(der),
	}, nil
}
