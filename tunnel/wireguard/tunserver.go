package wireguard

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"

	"golang.zx2c4.com/wireguard/device"

	"github.com/mysteriumnetwork/myst/hostnet"
	"github.com/mysteriumnetwork/myst/tunnel"
	"github.com/mysteriumnetwork/myst/tunnel/driverdata"
	"github.com/mysteriumnetwork/myst/tunnel/routed"
)

// serverDevice is the provider's TUN device.
const serverDevice = "myst-wireguard"

// TUNServer is the provider's end with a TUN device, one for all sessions: the kernel routes, filters and
// translates what consumers send. Consumers cannot tell it from a Server. Make one with NewTUNServer.
type TUNServer struct {
	front
	provider *routed.Provider
	device   *device.Device
	undo     []func() error // newest last

	mu   sync.Mutex
	keys map[[32]byte]struct{} // of the sessions' peers

	once     sync.Once
	watching sync.WaitGroup
	closed   error // of Close
}

var _ tunnel.Server = (*TUNServer)(nil)

// NewTUNServer takes the UDP port, makes the TUN device and opens the exit. Without a Subnet it takes one that the
// host does not use. ctx carries values only.
func NewTUNServer(ctx context.Context, cfg ServerConfig, host *hostnet.Host) (*TUNServer, error) {
	var err error
	if !cfg.Subnet.IsValid() {
		if cfg.Subnet, err = routed.FreeSubnet(host); err != nil {
			return nil, fmt.Errorf("wireguard server: %w", err)
		}
	}
	f, err := newFront(cfg)
	if err != nil {
		return nil, fmt.Errorf("wireguard server: %w", err)
	}
	s := &TUNServer{front: f, undo: []func() error{f.bind.release}, keys: make(map[[32]byte]struct{})}
	if err := s.start(ctx, host); err != nil {
		return nil, errors.Join(fmt.Errorf("wireguard server: %w", err), s.undoAll())
	}
	s.watching.Go(s.watch) // ends with the device, which Close ends
	return s, nil
}

// start does everything that Close undoes.
func (s *TUNServer) start(ctx context.Context, host *hostnet.Host) error {
	made, err := host.TUN(serverDevice, s.cfg.MTU, netip.PrefixFrom(s.gateway, s.cfg.Subnet.Bits()))
	if err != nil {
		return err
	}
	s.undo = append(s.undo, made.Close)
	s.provider, err = routed.NewProvider(ctx, routed.ProviderConfig{
		Host: host, Device: made.Name, Subnet: s.cfg.Subnet, Exit: s.cfg.Exit,
		Own: []netip.Addr{s.endpoint.Addr()}, Resolver: s.cfg.Resolver,
		MaxSessions: s.cfg.MaxSessions, FirstUse: s.cfg.FirstUse, Logger: s.log,
	})
	if err != nil {
		return err
	}
	s.undo = append(s.undo, s.provider.Close)
	inner, err := attach(made, s.cfg.MTU)
	if err != nil {
		return err
	}
	if s.device, err = startDevice(inner, s.bind, s.log, deviceConfig(s.key)); err != nil {
		return err
	}
	s.undo = append(s.undo, func() error { s.device.Close(); return nil })
	return nil
}

// watch ends every session when the TUN device is taken away: nothing carries them any more.
func (s *TUNServer) watch() {
	<-s.device.Wait()
	if !s.provider.Closed() {
		s.log.Error("the TUN device of wireguard is gone; no session can be served before the next start", "device", serverDevice)
	}
	_ = s.provider.Close() // Close returns the error
}

// Offer implements tunnel.Server.
func (s *TUNServer) Offer(request []byte) ([]byte, error) {
	if _, err := decodeRequest(request, s.key); err != nil {
		return nil, err
	}
	if err := s.provider.Room(); err != nil {
		return nil, err
	}
	return s.offer(), nil
}

// Open implements tunnel.Server.
func (s *TUNServer) Open(ctx context.Context, cfg tunnel.ServerSession) (tunnel.Tunnel, []byte, error) {
	key, err := decodeRequest(cfg.Request, s.key)
	if err != nil {
		return nil, nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	peer := [32]byte(key.Bytes())
	t, err := s.provider.Open(cfg.ID, func(address netip.Addr) error {
		return s.join(peer, cfg.Credential, address)
	}, func() { s.leave(peer) })
	if err != nil {
		return nil, nil, err
	}
	return t, encodeStart(start{address: t.Address, gateway: s.gateway}), nil
}

// join makes a consumer a peer, that may send from its address.
func (s *TUNServer) join(peer [32]byte, credential tunnel.Credential, address netip.Addr) error {
	s.mu.Lock()
	_, taken := s.keys[peer]
	s.keys[peer] = struct{}{}
	s.mu.Unlock()
	if taken {
		// Configuring the peer again would replace the other session's credential.
		return driverdata.Bad("public key is in use by another session")
	}
	if err := s.device.IpcSet(peerConfig(peer, credential, netip.PrefixFrom(address, 32))); err != nil {
		s.leave(peer)
		return err
	}
	return nil
}

func (s *TUNServer) leave(peer [32]byte) {
	s.device.RemovePeer(peer)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.keys, peer)
}

// Close implements tunnel.Server.
func (s *TUNServer) Close() error {
	s.once.Do(func() {
		// Sessions end first: each takes its peer out of the device.
		s.closed = errors.Join(s.provider.Close(), s.undoAll())
		s.watching.Wait()
	})
	return s.closed
}

func (s *TUNServer) undoAll() error {
	var errs []error
	for i := len(s.undo) - 1; i >= 0; i-- {
		errs = append(errs, s.undo[i]())
	}
	s.undo = nil
	return errors.Join(errs...)
}
