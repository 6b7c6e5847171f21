package wireguard

import "golang.zx2c4.com/wireguard/tun"

// sized is a device that knows the size of its packets. wireguard-go would ask the kernel, in the network
// namespace of whichever thread.
type sized struct {
	tun.Device
	mtu int
}

// MTU implements tun.Device.
func (s sized) MTU() (int, error) { return s.mtu, nil }
