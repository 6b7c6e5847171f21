package openvpn

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"time"

	"github.com/mysteriumnetwork/myst/tunnel/driverdata"
)

// The configurations below are all that openvpn ever reads. Every value in them is a number, an
// address, a key that this package encoded, or a name that this program chose and that is checked
// once more here: text of a peer has no way in.

// Times of the outer connection. Nothing of it counts as traffic of the session.
const (
	pingInterval = 5 * time.Second
	// A consumer that hears nothing for so long tries to connect anew.
	clientSilence = 20 * time.Second
	// A provider forgets a client that it does not hear for so long; the session stays open.
	serverSilence = 40 * time.Second
	// How long a consumer waits for the first answer before it tries anew.
	connectWait = 10 * time.Second
	// How long the handshake may take; also how long openvpn waits for our verdict on a credential.
	handshakeWait = 30 * time.Second
	// defaultRenegotiate is how long one data key lives.
	defaultRenegotiate = time.Hour
)

// dataCiphers are what the data may be encrypted with, best first.
const dataCiphers = "AES-256-GCM:CHACHA20-POLY1305"

// outerBuffer is what is asked of the operating system for each direction, in bytes.
const outerBuffer = 1 << 20

// serverConfig is what a provider's configuration is made of.
type serverConfig struct {
	device string         // name of the TUN device, made before
	listen netip.AddrPort // UDP; the unspecified address listens on all of its family
	// gateway is the provider's address in the tunnel, with the length of the network.
	gateway     netip.Prefix
	mtu         int
	certificate certificate
	key         serverKey
	maxClients  int
	renegotiate time.Duration // zero is an hour
}

// clientConfig is what a consumer's configuration is made of.
type clientConfig struct {
	device string
	offer  offer
	key    clientKey
	mark   uint32 // of the outer packets, for routing; zero is none
}

// deviceName is what Linux takes for an interface (15 bytes) and openvpn takes for one word.
var deviceName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,14}$`)

// socketName is what openvpn takes for one word that is no keyword; 107 bytes fit a socket's address.
var socketName = regexp.MustCompile(`^/[A-Za-z0-9._/-]{1,106}$`)

var errConfig = errors.New("openvpn configuration")

// render returns the configuration with the given path of the management socket.
func (c serverConfig) render(socket string) ([]byte, error) {
	if err := checkCommon(c.device, socket, c.mtu); err != nil {
		return nil, err
	}
	if !c.listen.IsValid() || c.listen.Addr().Zone() != "" || c.listen.Addr().Is4In6() || c.listen.Port() == 0 {
		return nil, fmt.Errorf("%w: listen address %v", errConfig, c.listen)
	}
	if !c.gateway.IsValid() || !c.gateway.Addr().Is4() || c.gateway.Bits() < minPrefix || c.gateway.Bits() > maxPrefix {
		return nil, fmt.Errorf("%w: gateway %v", errConfig, c.gateway)
	}
	if c.maxClients <= 0 {
		return nil, fmt.Errorf("%w: %d clients", errConfig, c.maxClients)
	}
	renegotiate := c.renegotiate
	if renegotiate == 0 {
		renegotiate = defaultRenegotiate
	}
	var w writer
	w.line("mode server")
	w.line("tls-server")
	w.common(c.device, socket, c.mtu)
	w.line("management-client-auth")
	w.line("proto %s", protocol(c.listen.Addr()))
	w.line("port %d", c.listen.Port())
	if c.listen.Addr().IsUnspecified() {
		w.line("multihome") // answer from the address that was asked
	} else {
		w.line("local %v", c.listen.Addr())
	}
	w.line("ifconfig %v %v", c.gateway.Addr(), netmask(c.gateway))
	w.line("max-clients %d", c.maxClients)
	w.line("connect-freq 50 1")
	w.line("verify-client-cert none")
	w.line("username-as-common-name")
	w.line("dh none")
	w.line("ping-restart %d", seconds(serverSilence))
	w.line("reneg-sec %d %d", seconds(renegotiate), seconds(renegotiate))
	w.line("peer-fingerprint %v", c.certificate.fingerprint)
	w.block("tls-crypt-v2", c.key.pem())
	w.block("cert", c.certificate.certPEM)
	w.block("key", c.certificate.keyPEM)
	return w.Bytes(), nil
}

// pulled are the beginnings of the options that a consumer takes from its provider: which of the
// ciphers above it chose, its number for this client, and how data keys are derived. Addresses, routes
// and times are in this program's hands, so that all else is ignored.
var pulled = []string{"peer-id ", "cipher ", "protocol-flags ", "key-derivation tls-ekm"}

// render returns the configuration with the given path of the management socket.
func (c clientConfig) render(socket string) ([]byte, error) {
	if err := checkCommon(c.device, socket, c.offer.mtu); err != nil {
		return nil, err
	}
	remote := c.offer.endpoint
	if !remote.IsValid() || remote.Addr().Zone() != "" || remote.Addr().Is4In6() || remote.Port() == 0 {
		return nil, fmt.Errorf("%w: endpoint %v", errConfig, remote)
	}
	var w writer
	w.line("tls-client")
	w.line("pull")
	for _, option := range pulled {
		w.line("pull-filter accept %q", option)
	}
	w.line(`pull-filter ignore ""`)
	w.line("route-nopull")
	w.common(c.device, socket, c.offer.mtu)
	w.line("management-query-passwords")
	w.line("auth-user-pass")
	w.line("auth-retry none")
	w.line("nobind")
	w.line("remote %v %d %s", remote.Addr(), remote.Port(), protocol(remote.Addr()))
	w.line("resolv-retry 0")
	w.line("connect-retry 1 4")
	w.line("connect-timeout %d", seconds(connectWait))
	w.line("ping-restart %d", seconds(clientSilence))
	w.line("reneg-sec 0") // the provider decides when
	if c.mark != 0 {
		w.line("mark %d", c.mark)
	}
	w.line("peer-fingerprint %v", c.offer.fingerprint)
	w.block("tls-crypt-v2", c.key.pem())
	return w.Bytes(), nil
}

func checkCommon(device, socket string, mtu int) error {
	switch {
	case !deviceName.MatchString(device):
		return fmt.Errorf("%w: device name %q", errConfig, device)
	case !socketName.MatchString(socket):
		return fmt.Errorf("%w: path of the management socket %q must be short and plain", errConfig, socket)
	case mtu < driverdata.MinMTU || mtu > driverdata.MaxMTU:
		return fmt.Errorf("%w: packet size %d", errConfig, mtu)
	}
	return nil
}

type writer struct{ bytes.Buffer }

// line adds one option. Callers pass typed values or names that were checked.
func (w *writer) line(format string, args ...any) {
	fmt.Fprintf(w, format+"\n", args...)
}

// block adds a key in the file itself, so that it need not be in one of its own.
func (w *writer) block(name string, content []byte) {
	fmt.Fprintf(w, "<%s>\n%s\n</%s>\n", name, strings.TrimSpace(string(content)), name)
}

// common is what both ends have.
func (w *writer) common(device, socket string, mtu int) {
	w.line("management %s unix", socket)
	w.line("management-client")
	w.line("management-hold")
	w.line("dev %s", device)
	w.line("dev-type tun")
	w.line("disable-dco") // the device was made by this program, as the kernel's plain TUN
	w.line("topology subnet")
	w.line("ifconfig-noexec")
	w.line("route-noexec")
	w.line("script-security 0")
	w.line("persist-tun")
	w.line("tun-mtu %d", mtu)
	w.line("mssfix 0") // the device's own size tells applications what fits
	w.line("fast-io")
	w.line("sndbuf %d", outerBuffer)
	w.line("rcvbuf %d", outerBuffer)
	w.line("tls-version-min 1.3")
	w.line("data-ciphers %s", dataCiphers)
	w.line("allow-compression no")
	w.line("hand-window %d", seconds(handshakeWait))
	w.line("tls-timeout 1")
	w.line("ping %d", seconds(pingInterval))
	w.line("verb 3")
	w.line("suppress-timestamps")
}

func protocol(addr netip.Addr) string {
	if addr.Is4() {
		return "udp4"
	}
	return "udp6"
}

func netmask(p netip.Prefix) net.IP {
	return net.IP(net.CIDRMask(p.Bits(), 32))
}

func seconds(d time.Duration) int { return int(d / time.Second) }
