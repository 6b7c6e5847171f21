package openvpn

import (
	"errors"
	"flag"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files anew")

func testServerConfig() serverConfig {
	return serverConfig{
		device:  "myst0",
		listen:  netip.MustParseAddrPort("192.0.2.1:1194"),
		gateway: netip.MustParsePrefix("10.182.0.1/16"),
		mtu:     defaultMTU,
		certificate: certificate{
			certPEM: []byte("-----BEGIN CERTIFICATE-----\nQQ==\n-----END CERTIFICATE-----\n"),
			keyPEM:  []byte("-----BEGIN PRIVATE KEY-----\nQg==\n-----END PRIVATE KEY-----\n"),
		},
		maxClients: 250,
	}
}

func testClientConfig() clientConfig {
	return clientConfig{device: "myst1", offer: testOffer(), key: fixedClientKey(1), mark: 77}
}

// The golden files are what a reviewer reads: all that openvpn is ever told.
func TestGolden(t *testing.T) {
	everywhere := testServerConfig()
	everywhere.listen = netip.MustParseAddrPort("[::]:1194")
	everywhere.renegotiate = time.Minute
	six := testClientConfig()
	six.offer.endpoint = netip.MustParseAddrPort("[2001:db8::1]:1")
	six.mark = 0
	for name, config := range map[string]renderer{
		"server": testServerConfig(), "server6": everywhere, "client": testClientConfig(), "client6": six,
	} {
		got, err := config.render("/tmp/myst123/s")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		file := "testdata/" + name + ".conf"
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("%s differs from %s; run go test ./tunnel/openvpn -update and read the difference\n%s", name, file, got)
		}
	}
}

// dangerous are options that run programs, write files, open further sockets or read more options.
var dangerous = regexp.MustCompile(`^(up|down|ipchange|route-up|route-pre-down|tls-verify|client-connect|client-disconnect|` +
	`learn-address|auth-user-pass-verify|tls-crypt-v2-verify|plugin|config|cd|chroot|log|log-append|status|writepid|` +
	`daemon|setenv|iproute|echo|push|user|group|tmp-dir|client-config-dir|providers|engine|auth-gen-token)( |$)`)

// checkInjection checks that a configuration has the same options as the golden one, in the same order,
// each with as many words, whatever values it was made of.
func checkInjection(t interface{ Fatalf(string, ...any) }, config clientConfig) {
	sample := testClientConfig()
	sample.mark = config.mark
	got, err := config.render("/tmp/myst123/s")
	if err != nil {
		return
	}
	want, err := sample.render("/tmp/myst123/s")
	if err != nil {
		t.Fatalf("%v", err)
	}
	if a, b := shape(t, string(got)), shape(t, string(want)); !slices.Equal(a, b) {
		t.Fatalf("another configuration than the template's:\n%s", got)
	}
}

var (
	base64Line = regexp.MustCompile(`^[A-Za-z0-9+/]{1,64}={0,2}$`)
	plainLine  = regexp.MustCompile(`^[a-z0-9<][ -~]*$`)
	quoted     = regexp.MustCompile(`"[^"\\]*"`)
)

// shape lists each line's first word and the number of its words; lines of keys are left out.
func shape(t interface{ Fatalf(string, ...any) }, text string) (lines []string) {
	inBlock := false
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "</") {
			inBlock = false
		}
		if inBlock {
			if !base64Line.MatchString(line) && !strings.HasPrefix(line, "-----") {
				t.Fatalf("line of a key: %q", line)
			}
			continue
		}
		if strings.HasPrefix(line, "<") && !strings.HasPrefix(line, "</") {
			inBlock = true
		}
		if !plainLine.MatchString(line) || dangerous.MatchString(line) {
			t.Fatalf("line %q", line)
		}
		words := strings.Fields(quoted.ReplaceAllString(line, "quoted"))
		lines = append(lines, words[0]+strings.Repeat(" x", len(words)-1))
	}
	return lines
}

// TestNoInjection draws the values that come from outside: what the operator configures, and what the
// provider of a consumer sends. Either the configuration is refused or it has the template's shape.
func TestNoInjection(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.StringMatching(`[a-z][a-z0-9-]{0,20}`),
			rapid.String(),
			rapid.SampledFrom([]string{"tun0\nup /bin/sh", "tun0 up", `tun0"`, "tun0\r", "", "tun0\x00", "tun0#", "-tun", "tun0'"}),
		)
		address := rapid.SliceOfN(rapid.Byte(), 0, 20)
		addr, _ := netip.AddrFromSlice(address.Draw(t, "address"))
		if rapid.Bool().Draw(t, "zone") && addr.Is6() {
			addr = addr.WithZone(text.Draw(t, "zone name"))
		}
		o := offer{
			endpoint:    netip.AddrPortFrom(addr, rapid.Uint16().Draw(t, "port")),
			fingerprint: fingerprint(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "fingerprint")),
			mtu:         rapid.IntRange(-1, 70000).Draw(t, "mtu"),
		}
		key := clientKey(rapid.SliceOfN(rapid.Byte(), clientKeySize, clientKeySize).Draw(t, "key"))
		checkInjection(t, clientConfig{device: text.Draw(t, "device"), offer: o, key: key})

		server := testServerConfig()
		server.device = text.Draw(t, "server device")
		server.listen = o.endpoint
		server.mtu = o.mtu
		if got, err := server.render("/tmp/myst123/" + text.Draw(t, "socket")); err == nil {
			shape(t, string(got))
		}
	})
}

func TestRefusedConfigurations(t *testing.T) {
	for name, change := range map[string]func(*serverConfig){
		"no device":      func(c *serverConfig) { c.device = "" },
		"long device":    func(c *serverConfig) { c.device = "a234567890123456" },
		"second line":    func(c *serverConfig) { c.device = "tun0\nup x" },
		"no address":     func(c *serverConfig) { c.listen = netip.AddrPort{} },
		"no port":        func(c *serverConfig) { c.listen = netip.MustParseAddrPort("192.0.2.1:0") },
		"zone":           func(c *serverConfig) { c.listen = netip.MustParseAddrPort("[fe80::1%x]:1") },
		"IPv6 gateway":   func(c *serverConfig) { c.gateway = netip.MustParsePrefix("fd00::1/64") },
		"no gateway":     func(c *serverConfig) { c.gateway = netip.Prefix{} },
		"no clients":     func(c *serverConfig) { c.maxClients = 0 },
		"no packet size": func(c *serverConfig) { c.mtu = 0 },
	} {
		c := testServerConfig()
		change(&c)
		if _, err := c.render("/tmp/s"); !errors.Is(err, errConfig) {
			t.Errorf("%s: %v, want errConfig", name, err)
		}
	}
	for _, socket := range []string{"", "s", "/tmp/a b/s", "/tmp/'/s", "/tmp/\n/s", "/" + strings.Repeat("x", 107), `/tmp/\/s`} {
		if _, err := testServerConfig().render(socket); !errors.Is(err, errConfig) {
			t.Errorf("socket %q: %v, want errConfig", socket, err)
		}
	}
}
