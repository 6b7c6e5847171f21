//go:build !linux

package routed

import (
	"syscall"

	"github.com/mysteriumnetwork/myst/hostnet"
)

func bindTo(string) func(network, address string, c syscall.RawConn) error {
	return func(string, string, syscall.RawConn) error { return hostnet.ErrUnsupported }
}

// CheckProbe returns hostnet.ErrUnsupported.
func CheckProbe() error { return hostnet.ErrUnsupported }
