//go:build !linux

package nstest

import (
	"context"
	"net"
	"net/netip"
	"os/exec"
	"testing"
)

// Namespace exists on Linux only.
type Namespace struct{}

// Cmd is a command that runs inside a namespace.
type Cmd struct{ *exec.Cmd }

const elsewhere = "network namespaces exist on Linux only"

// New skips the test.
func New(t testing.TB) *Namespace {
	t.Helper()
	t.Skip(elsewhere)
	return nil
}

// Do is never reached.
func (n *Namespace) Do(func()) { panic(elsewhere) }

// Command is never reached.
func (n *Namespace) Command(string, ...string) *Cmd { panic(elsewhere) }

// Run is never reached.
func (n *Namespace) Run(string, ...string) string { panic(elsewhere) }

// Route is never reached.
func (n *Namespace) Route(netip.Prefix, netip.Addr) { panic(elsewhere) }

// DialContext is never reached.
func (n *Namespace) DialContext(context.Context, string, string) (net.Conn, error) { panic(elsewhere) }

// DialDevice is never reached.
func (n *Namespace) DialDevice(context.Context, string, string, string) (net.Conn, error) {
	panic(elsewhere)
}

// DialUDP is never reached.
func (n *Namespace) DialUDP(string, netip.AddrPort, netip.AddrPort) net.Conn { panic(elsewhere) }

// Listen is never reached.
func (n *Namespace) Listen(string, string) net.Listener { panic(elsewhere) }

// ListenPacket is never reached.
func (n *Namespace) ListenPacket(string, string) net.PacketConn { panic(elsewhere) }

// ListenPacketDevice is never reached.
func (n *Namespace) ListenPacketDevice(string, string, string) net.PacketConn { panic(elsewhere) }

// Link is never reached.
func Link(testing.TB, *Namespace, *Namespace, netip.Prefix, netip.Prefix) (deviceA, deviceB string) {
	panic(elsewhere)
}
