//go:build !linux

package openvpn

import (
	"errors"
	"net"
	"os/exec"
)

// errSystem says that this driver needs Linux.
var errSystem = errors.New("openvpn tunnels need Linux")

func dieWithParent(*exec.Cmd) {}

// namespace stands for the one network that there is.
type namespace struct{}

func currentNamespace() (*namespace, error) { return nil, errSystem }

func (*namespace) enterLocked() error { return errSystem }

func (*namespace) close() {}

func peerPID(*net.UnixConn) (int, error) { return 0, errSystem }
