package wireguard

import (
	"errors"
	"net/netip"

	"github.com/mysteriumnetwork/myst/tunnel"
	"github.com/mysteriumnetwork/myst/tunnel/routed"
)

// errDeviceGone ends a tunnel whose TUN device somebody took away.
var errDeviceGone = errors.New("the tunnel's TUN device is gone")

// openTUN makes the session's TUN device, starts wireguard on it, and gates it.
func (c *Client) openTUN(o offer, s start, cfg tunnel.ClientSession) (*routed.Consumer, error) {
	socket, err := listen(c.localAddr(o.endpoint.Addr()))
	if err != nil {
		return nil, err
	}
	// A single address, so that the main table gets no route: the provider's network is not this host's.
	made, err := c.cfg.Host.TUN(routed.DeviceName(), o.mtu, netip.PrefixFrom(s.address, 32))
	if err != nil {
		return nil, errors.Join(err, socket.release())
	}
	inner, err := attach(made, o.mtu)
	if err != nil {
		return nil, errors.Join(err, socket.release(), made.Close())
	}
	dev, err := startDevice(inner, socket, c.cfg.Logger, deviceConfig(c.key)+providerConfig(o, cfg.Credential))
	if err != nil {
		return nil, errors.Join(err, made.Close())
	}
	t, err := routed.NewConsumer(routed.ConsumerConfig{
		Host: c.cfg.Host, Device: made, Address: s.address, Gateway: s.gateway, Limit: cfg.Limit,
		Leave: func() error { dev.Close(); return nil }, Left: made.Close,
	})
	if err != nil {
		dev.Close()
		return nil, errors.Join(err, made.Close())
	}
	t.Watch()
	go func() { // ends with the device, which Close ends
		<-dev.Wait()
		t.Fail(errDeviceGone)
	}()
	return t, nil
}
