//go:build !linux

package hostnet

import "net/netip"

// Gate exists on Linux only.
type Gate struct{}

// Counters returns zeros.
func (g *Gate) Counters() (sent, received uint64) { return 0, 0 }

// SetLimit does nothing.
func (g *Gate) SetLimit(uint64) {}

// SetAlarm does nothing.
func (g *Gate) SetAlarm(uint64) {}

// Crossed never receives.
func (g *Gate) Crossed() <-chan struct{} { return nil }

// Done is never closed.
func (g *Gate) Done() <-chan struct{} { return nil }

// Err returns ErrUnsupported.
func (g *Gate) Err() error { return ErrUnsupported }

// Close does nothing.
func (g *Gate) Close() error { return nil }

// Exit exists on Linux only.
type Exit struct{}

// NewExit returns ErrUnsupported.
func (h *Host) NewExit(cfg ExitConfig) (*Exit, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	return nil, ErrUnsupported
}

// Add returns ErrUnsupported.
func (e *Exit) Add(netip.Addr) (*Gate, error) { return nil, ErrUnsupported }

// Err returns ErrUnsupported.
func (e *Exit) Err() error { return ErrUnsupported }

// Close does nothing.
func (e *Exit) Close() error { return nil }

// Path exists on Linux only.
type Path struct{ *Gate }

// NewPath returns ErrUnsupported.
func (h *Host) NewPath(string, uint64) (*Path, error) { return nil, ErrUnsupported }
