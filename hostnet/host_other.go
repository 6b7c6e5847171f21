//go:build !linux

package hostnet

import (
	"net/netip"
	"os"
)

// Host exists on Linux only.
type Host struct{}

// Device is a TUN device.
type Device struct {
	Name  string
	Index int
	Close func() error
}

// File returns ErrUnsupported.
func (d Device) File() (*os.File, error) { return nil, ErrUnsupported }

// Open returns ErrUnsupported.
func Open(Config) (*Host, error) { return nil, ErrUnsupported }

// Close does nothing.
func (h *Host) Close() error { return nil }

// Sysctl returns ErrUnsupported.
func (h *Host) Sysctl(_, _ string) (undo func() error, err error) { return nil, ErrUnsupported }

// Unused returns ErrUnsupported.
func (h *Host) Unused(netip.Prefix) error { return ErrUnsupported }

// Setting returns ErrUnsupported.
func (h *Host) Setting(string) (string, error) { return "", ErrUnsupported }

// TUN returns ErrUnsupported.
func (h *Host) TUN(string, int, netip.Prefix) (Device, error) { return Device{}, ErrUnsupported }

// Route returns ErrUnsupported.
func (h *Host) Route(Route) (undo func() error, err error) { return nil, ErrUnsupported }

// Rule returns ErrUnsupported.
func (h *Host) Rule(Rule) (undo func() error, err error) { return nil, ErrUnsupported }

// Process returns ErrUnsupported.
func (h *Host) Process(int) (done func(), err error) { return nil, ErrUnsupported }

// Check says that the system is not supported.
func Check() []Problem {
	return []Problem{{What: "routed tunnels need Linux", Remedy: "use a user-space tunnel, such as wireguard, on this system"}}
}
