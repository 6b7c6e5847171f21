package openvpn

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/mysteriumnetwork/myst/tunnel"
)

// holderVariable makes the test program a program that holds an openvpn and then ends as it says.
const holderVariable = "MYST_TEST_OPENVPN_HOLDER"

const stopSignal = syscall.SIGSTOP

var (
	netipLoopback   = netip.MustParseAddrPort("127.0.0.1:1")
	tunnelErrClosed = tunnel.ErrClosed
)

func dialUnix(t *testing.T, path string) net.Conn {
	t.Helper()
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// playStubborn is an openvpn that says yes to everything and goes on. Its configuration is the path of the
// management socket alone.
func playStubborn() {
	signal.Ignore(syscall.SIGTERM)
	path, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil {
		panic(err)
	}
	conn, err := net.Dial("unix", strings.TrimSpace(path))
	if err != nil {
		panic(err)
	}
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		if _, err := io.WriteString(conn, "SUCCESS: yes\r\n"); err != nil {
			break
		}
	}
	select {} // until it is killed
}

// holdProcess starts openvpn, prints its process ID, waits until its input ends, and ends as told.
func holdProcess(how string) {
	if how == "stubborn" {
		playStubborn()
	}
	ctx := context.Background()
	found, err := findProgram(ctx)
	if err != nil {
		panic(err)
	}
	o := testOffer()
	o.endpoint = netipLoopback
	p, err := startProcess(ctx, processConfig{program: found, config: clientConfig{device: "tunhold", offer: o, key: fixedClientKey(1)}})
	if err != nil {
		panic(err)
	}
	fmt.Println(p.pid())
	_, _ = io.Copy(io.Discard, os.Stdin)
	if how == "panic" {
		panic("as told")
	}
	os.Exit(1)
}
