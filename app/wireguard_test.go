package app

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/mysteriumnetwork/myst/api/wire"
)

// A TUN device is never had unasked, never silently missed, and never where the exit would not work with one.
func TestWireguardDevice(t *testing.T) {
	loopback := netip.MustParseAddr("127.0.0.1")
	for _, c := range []struct {
		name, device string
		optional     bool
		finding      string // of the doctor; empty is a good one
		err          string
	}{
		{name: "default"},
		{name: "none", device: WireguardNone},
		{name: "auto", device: WireguardAuto, optional: true, finding: "user space instead of a TUN device"},
		{name: "tun", device: WireguardTUN, finding: "loopback", err: "loopback address, which works in user space only"},
		{name: "unknown", device: "tap", finding: "tap", err: `"tap", want none, tun, auto`},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := NodeConfig{WireguardDevice: c.device, ExitSource: loopback}
			tun, why, err := cfg.wireguardPath()
			if tun || (why != "") != c.optional || (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("TUN device %v, because %q, %v", tun, why, err)
			}
			d := &doctor{cfg: cfg}
			d.wireguard()
			f := found(t, d.findings, "wireguard device")
			if f.OK != (c.finding == "") || f.Optional != c.optional || !strings.Contains(f.Detail, c.finding) || f.OK != (f.Remedy == "") {
				t.Errorf("the doctor says %+v", f)
			}
		})
	}
	allowed := NodeConfig{WireguardDevice: WireguardTUN, ExitAllow: []netip.AddrPort{netip.AddrPortFrom(loopback, 80)}}
	if _, _, err := allowed.wireguardPath(); err == nil || !strings.Contains(err.Error(), "loopback") {
		t.Errorf("a loopback exception: %v", err)
	}
}

// A node that gets no TUN device goes on in user space, and says why.
func TestFallbackIsShown(t *testing.T) {
	network, _ := deadNetwork(t)
	api, stop := launch(t, NodeConfig{
		DataDir: t.TempDir(), Network: network, Passphrase: fixed("p"), LightScrypt: true, APIAddr: "127.0.0.1:0",
		Provide: []string{"wireguard"}, Country: "DE", SetupCharge: 1, Listen: map[string]string{"wireguard": "127.0.0.1:0"},
		WireguardDevice: WireguardAuto, ExitSource: netip.MustParseAddr("127.0.0.1"),
	})
	status := await(t, api, func(s wire.Status) bool { return len(s.Providing) == 1 })
	if len(status.Paths) == 0 || status.Paths[0].ServiceType != "wireguard" || status.Paths[0].TUN || !strings.Contains(status.Paths[0].Detail, "loopback") {
		t.Errorf("paths: %+v", status.Paths)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}
