package openvpn

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
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

// holdProcess starts openvpn, prints its process ID, waits until its input ends, and ends as told.
func holdProcess(how string) {
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
