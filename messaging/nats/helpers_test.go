package nats_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/messaging/nats"
)

// lockedBuffer is a bytes.Buffer for several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// relayTLS is a man in the middle: it shows its own certificate and passes on everything inside. It
// returns where it listens.
func relayTLS(t *testing.T, target string, cert *tls.Certificate) string {
	t.Helper()
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	t.Cleanup(func() {
		_ = listen.Close()
		group.Wait()
	})
	group.Go(func() {
		for {
			victim, err := listen.Accept()
			if err != nil {
				return
			}
			group.Go(func() { splice(victim, target, cert) })
		}
	})
	return listen.Addr().String()
}

func splice(victim net.Conn, target string, cert *tls.Certificate) {
	defer func() { _ = victim.Close() }()
	broker, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	defer func() { _ = broker.Close() }()
	// NATS says INFO in the clear before both sides start TLS.
	info := make([]byte, 0, 4096)
	for one := make([]byte, 1); !strings.HasSuffix(string(info), "\r\n"); info = append(info, one...) {
		if _, err := io.ReadFull(broker, one); err != nil {
			return
		}
	}
	if _, err := victim.Write(info); err != nil {
		return
	}
	inside := tls.Server(victim, &tls.Config{Certificates: []tls.Certificate{*cert}})
	outside := tls.Client(broker, &tls.Config{InsecureSkipVerify: true}) // the attacker does not care
	var both sync.WaitGroup
	both.Go(func() { _, _ = io.Copy(outside, inside); _ = broker.Close() })
	both.Go(func() { _, _ = io.Copy(inside, outside); _ = victim.Close() })
	both.Wait()
}

// rawClient logs in by hand, sends more, and then never reads again.
func rawClient(t *testing.T, b *nats.Broker, a attempt, more string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", b.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	in := bufio.NewReader(conn)
	line, err := in.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var info struct {
		Nonce string `json:"nonce"`
	}
	if err := json.Unmarshal([]byte(strings.TrimPrefix(line, "INFO ")), &info); err != nil {
		t.Fatal(err)
	}
	proof, err := nats.LoginProof(a.signer, a.chainID, a.hub, a.tlsKey, []byte(info.Nonce), time.Now().Add(a.life))
	if err != nil {
		t.Fatal(err)
	}
	connect, err := json.Marshal(map[string]any{
		"nkey": a.who, "name": channelA, "sig": base64.RawURLEncoding.EncodeToString(proof), "verbose": false, "pedantic": false,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "CONNECT "+string(connect)+"\r\n"+more+"PING\r\n"); err != nil {
		t.Fatal(err)
	}
	for line != "PONG\r\n" {
		if line, err = in.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	return conn
}
