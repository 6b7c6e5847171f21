//go:build !linux

package wireguard

import (
	"golang.zx2c4.com/wireguard/tun"

	"github.com/mysteriumnetwork/myst/hostnet"
)

func attach(hostnet.Device, int) (tun.Device, error) { return nil, hostnet.ErrUnsupported }
