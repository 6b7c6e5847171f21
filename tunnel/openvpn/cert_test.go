package openvpn

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"os/exec"
	"testing"
	"time"
)

func TestCertificate(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	c, err := newCertificate(now)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(c.certPEM, c.keyPEM)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	if key, ok := cert.PublicKey.(*ecdsa.PublicKey); !ok || key.Curve != elliptic.P256() {
		t.Errorf("key is %T", cert.PublicKey)
	}
	if err := cert.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature); err != nil {
		t.Errorf("signature: %v", err)
	}
	if cert.NotBefore.After(now.Add(-time.Hour)) || cert.NotAfter.Before(now.AddDate(5, 0, 0)) {
		t.Errorf("valid from %v to %v", cert.NotBefore, cert.NotAfter)
	}
	if c.fingerprint != sha256.Sum256(cert.Raw) {
		t.Error("fingerprint of something else")
	}
	other, err := newCertificate(now)
	if err != nil {
		t.Fatal(err)
	}
	if other.fingerprint == c.fingerprint {
		t.Error("two certificates are the same")
	}
}

// openssl prints fingerprints as openvpn reads them.
func TestFingerprintNotation(t *testing.T) {
	c, err := newCertificate(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	f := fingerprint{0: 0x01, 1: 0xab, 31: 0xff}
	want := "01:AB:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:FF"
	if f.String() != want {
		t.Errorf("%v, want %s", f, want)
	}
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		return // the handshake with openvpn tells too
	}
	cmd := exec.CommandContext(t.Context(), openssl, "x509", "-noout", "-fingerprint", "-sha256")
	cmd.Stdin = bytes.NewReader(c.certPEM)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if _, got, _ := bytes.Cut(bytes.TrimSpace(out), []byte("=")); string(got) != c.fingerprint.String() {
		t.Errorf("openssl says %s, we say %v", got, c.fingerprint)
	}
}
