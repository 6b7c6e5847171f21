package wireguard

import (
	"crypto/ecdh"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"

	"golang.zx2c4.com/wireguard/device"
	"golang.zx2c4.com/wireguard/tun"

	"github.com/mysteriumnetwork/myst/tunnel"
)

// startDevice makes a device between the inner and the outer side and brings it up. On an error it
// has closed both.
func startDevice(inner tun.Device, socket *bind, log *slog.Logger, config string) (*device.Device, error) {
	logf := func(format string, args ...any) {
		// The device names peers by the first and last letters of their keys, and no inner addresses.
		log.Debug("wireguard: " + fmt.Sprintf(format, args...))
	}
	dev := device.NewDevice(inner, socket, &device.Logger{Verbosef: device.DiscardLogf, Errorf: logf})
	err := dev.IpcSet(config)
	if err == nil {
		err = dev.Up()
	}
	if err != nil {
		dev.Close()
		_ = socket.release() // the first error is the one to tell
		return nil, err
	}
	return dev, nil
}

// The device is configured by text (wireguard.com/xplatform). Everything below is made of keys,
// addresses and numbers that were parsed before; nothing of a peer's gets in as it came.

func deviceConfig(key *ecdh.PrivateKey) string {
	return "private_key=" + hex.EncodeToString(key.Bytes()) + "\n"
}

// peerConfig adds a peer that may send from, and gets what goes to, the inner addresses.
func peerConfig(key [32]byte, credential tunnel.Credential, inner netip.Prefix) string {
	var b strings.Builder
	fmt.Fprintf(&b, "public_key=%x\n", key)
	fmt.Fprintf(&b, "preshared_key=%x\n", credential)
	fmt.Fprintf(&b, "allowed_ip=%v\n", inner)
	return b.String()
}

// providerConfig adds the provider as a consumer's only peer. Keep-alives hold the mapping in the
// consumer's router open; they are empty, so the meters do not see them.
func providerConfig(o offer, credential tunnel.Credential) string {
	everything := netip.PrefixFrom(netip.IPv4Unspecified(), 0)
	return peerConfig([32]byte(o.key.Bytes()), credential, everything) +
		fmt.Sprintf("endpoint=%v\npersistent_keepalive_interval=25\n", o.endpoint)
}
