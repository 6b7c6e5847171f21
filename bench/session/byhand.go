//go:build linux

package main

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
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"

	"github.com/mysteriumnetwork/myst/internal/testbed"
)

// byHand is openvpn as somebody would configure it who trusts the other end: a server that masquerades, and a
// client with a route through it.
type byHand struct {
	server, client     *testbed.Daemon
	serverSide, inside *testbed.Host
}

// common are the options of myst's own template that bear on the data path; see tunnel/openvpn.
const common = `dev tun
disable-dco
topology subnet
persist-tun
tun-mtu 1420
mssfix 0
fast-io
sndbuf 1048576
rcvbuf 1048576
tls-version-min 1.3
data-ciphers AES-256-GCM:CHACHA20-POLY1305
allow-compression no
ping 5
verb 3
`

// newByHand starts the server. The client's route leads to the world's web server only.
func newByHand(t testing.TB, w *testbed.World) *byHand {
	t.Helper()
	program, err := exec.LookPath("openvpn")
	if err != nil {
		program = "/usr/sbin/openvpn" // in the PATH of root only
	}
	b := &byHand{serverSide: w.Join(t, 40), inside: w.Join(t, 41)}
	dir := t.TempDir()
	certificate, fingerprint := selfSigned(t)
	serverKey, clientKey := filepath.Join(dir, "server.key"), filepath.Join(dir, "client.key")
	b.serverSide.Run(program, "--genkey", "tls-crypt-v2-server", serverKey)
	b.serverSide.Run(program, "--tls-crypt-v2", serverKey, "--genkey", "tls-crypt-v2-client", clientKey)
	// Both ends may have one certificate, since each pins the other's.
	both := common + certificate + "<peer-fingerprint>\n" + fingerprint + "\n</peer-fingerprint>\n"
	server := write(t, filepath.Join(dir, "server.conf"), both+fmt.Sprintf(`server 10.8.0.0 255.255.0.0
proto udp4
local %s
port 1194
dh none
tls-crypt-v2 %s
ping-restart 40
`, b.serverSide.Addr, serverKey))
	client := write(t, filepath.Join(dir, "client.conf"), both+fmt.Sprintf(`client
nobind
remote %s 1194 udp4
tls-crypt-v2 %s
ping-restart 20
route %s 255.255.255.255
`, b.serverSide.Addr, clientKey, w.Page.Addr.Addr()))
	b.serverSide.Do(func() {
		if err := os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := masquerade(); err != nil {
			t.Fatal(err)
		}
	})
	b.server = testbed.NewDaemon(t, b.serverSide, program, nil, "--config", server)
	b.client = testbed.NewDaemon(t, b.inside, program, nil, "--config", client)
	b.server.Start(t)
	ready(t, b.server)
	return b
}

// connect starts the client and returns when traffic can pass.
func (b *byHand) connect(t testing.TB) {
	t.Helper()
	b.client.Log.Reset()
	b.client.Start(t)
	ready(t, b.client)
}

// ready waits until openvpn says that it is.
func ready(t testing.TB, d *testbed.Daemon) {
	t.Helper()
	deadline := time.Now().Add(testbed.Patience)
	for !strings.Contains(d.Log.String(), "Initialization Sequence Completed") {
		if time.Now().After(deadline) {
			t.Fatalf("openvpn by hand is not ready:\n%s", d.Log)
		}
		time.Sleep(time.Millisecond)
	}
}

func write(t testing.TB, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// selfSigned makes a certificate and its key, in blocks for a configuration, and its fingerprint.
func selfSigned(t testing.TB) (blocks, fingerprint string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "by hand"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	block := func(name, kind string, content []byte) string {
		return fmt.Sprintf("<%s>\n%s</%s>\n", name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), name)
	}
	sum := sha256.Sum256(der)
	return block("cert", "CERTIFICATE", der) + block("key", "PRIVATE KEY", secret), strings.ReplaceAll(fmt.Sprintf("% X", sum), " ", ":")
}

// masquerade is "nft add rule ip byhand nat ip saddr 10.8.0.0/16 masquerade" in the thread's network namespace.
func masquerade() error {
	conn, err := nftables.New()
	if err != nil {
		return err
	}
	table := conn.AddTable(&nftables.Table{Family: nftables.TableFamilyIPv4, Name: "byhand"})
	chain := conn.AddChain(&nftables.Chain{
		Table: table, Name: "nat", Type: nftables.ChainTypeNAT,
		Hooknum: nftables.ChainHookPostrouting, Priority: nftables.ChainPriorityNATSource,
	})
	conn.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: []expr.Any{
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: 12, Len: 2}, // the source's first half
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{10, 8}},
		&expr.Masq{},
	}})
	return conn.Flush()
}
