package openvpn

import (
	"bytes"
	"encoding/hex"
	"errors"
	"net/netip"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/mysteriumnetwork/myst/internal/pb"
	"github.com/mysteriumnetwork/myst/tunnel"
	"github.com/mysteriumnetwork/myst/tunnel/driverdata"
)

// fixedClientKey has the shape of a client key and the same bytes every time.
func fixedClientKey(fill byte) clientKey {
	var server serverKey
	copy(server[:], bytes.Repeat([]byte{fill}, serverKeySize))
	return server.wrap([cryptKeySize]byte(bytes.Repeat([]byte{fill + 1}, cryptKeySize)), tunnel.SessionID{fill + 2})
}

func testOffer() offer {
	return offer{
		endpoint:    netip.MustParseAddrPort("192.0.2.1:1194"),
		fingerprint: fingerprint(bytes.Repeat([]byte{0xa5}, 32)),
		mtu:         defaultMTU,
	}
}

func testStart() start {
	return start{fixedClientKey(1), netip.MustParsePrefix("10.182.0.2/16"), netip.MustParseAddr("10.182.0.1")}
}

// TestVectors holds the bytes still that nodes of other versions read.
func TestVectors(t *testing.T) {
	print32 := "a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5"
	six := testOffer()
	six.endpoint, six.mtu = netip.MustParseAddrPort("[2001:db8::1]:1"), 576
	s := testStart()
	for _, c := range []struct {
		name string
		got  []byte
		want string
	}{
		{"request", encodeRequest(), "0801"},
		{"offer", encodeOffer(testOffer()), "08011204c000020118aa092220" + print32 + "288c0b"},
		{"offer by IPv6", encodeOffer(six), "0801121020010db800000000000000000000000118012220" + print32 + "28c004"},
		{"start", encodeStart(s), "0ab304" + hex.EncodeToString(s.key[:]) + "12040ab600021a040ab600012010"},
	} {
		if got := hex.EncodeToString(c.got); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestDataComesBack(t *testing.T) {
	if err := decodeRequest(encodeRequest()); err != nil {
		t.Errorf("request: %v", err)
	}
	for _, endpoint := range []string{"127.0.0.1:1", "192.0.2.1:65535", "[2001:db8::1]:1194"} {
		o := testOffer()
		o.endpoint = netip.MustParseAddrPort(endpoint)
		if got, err := decodeOffer(encodeOffer(o)); err != nil || got != o {
			t.Errorf("offer: %+v, %v, want %+v", got, err, o)
		}
	}
	s := testStart()
	for _, pair := range [][2]string{
		{"10.182.0.2/16", "10.182.0.1"}, {"10.255.255.254/8", "10.0.0.1"}, {"192.168.7.1/30", "192.168.7.2"}, {"172.31.255.253/12", "172.16.0.1"},
	} {
		s.address, s.gateway = netip.MustParsePrefix(pair[0]), netip.MustParseAddr(pair[1])
		if got, err := decodeStart(encodeStart(s)); err != nil || got != s {
			t.Errorf("start: %v and %v, %v, want %v", got.address, got.gateway, err, pair)
		}
	}
	if size := len(encodeStart(s)); size > tunnel.MaxData {
		t.Errorf("start has %d bytes, more than a message may", size)
	}
}

func marshal(t *testing.T, m proto.Message) []byte {
	t.Helper()
	b, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestUnacceptableRequest(t *testing.T) {
	for name, data := range map[string][]byte{
		"nothing":       {},
		"version 0":     marshal(t, &pb.OpenvpnRequest{Version: 0}),
		"version 2":     marshal(t, &pb.OpenvpnRequest{Version: 2}),
		"unknown field": append(encodeRequest(), 0x78, 1),
		"too much":      bytes.Repeat(encodeRequest(), tunnel.MaxData),
	} {
		if err := decodeRequest(data); !errors.Is(err, tunnel.ErrData) {
			t.Errorf("request with %s: %v, want ErrData", name, err)
		}
	}
}

func TestUnacceptableOffer(t *testing.T) {
	addr := func(s string) []byte { return netip.MustParseAddr(s).AsSlice() }
	for name, change := range map[string]func(*pb.OpenvpnOffer){
		"version":           func(o *pb.OpenvpnOffer) { o.Version = 2 },
		"no address":        func(o *pb.OpenvpnOffer) { o.Address = nil },
		"five bytes":        func(o *pb.OpenvpnOffer) { o.Address = make([]byte, 5) },
		"unspecified":       func(o *pb.OpenvpnOffer) { o.Address = addr("0.0.0.0") },
		"unspecified6":      func(o *pb.OpenvpnOffer) { o.Address = addr("::") },
		"multicast":         func(o *pb.OpenvpnOffer) { o.Address = addr("224.0.0.1") },
		"broadcast":         func(o *pb.OpenvpnOffer) { o.Address = addr("255.255.255.255") },
		"mapped":            func(o *pb.OpenvpnOffer) { o.Address = addr("::ffff:192.0.2.1") },
		"port 0":            func(o *pb.OpenvpnOffer) { o.Port = 0 },
		"port":              func(o *pb.OpenvpnOffer) { o.Port = 65536 },
		"no fingerprint":    func(o *pb.OpenvpnOffer) { o.Fingerprint = nil },
		"short fingerprint": func(o *pb.OpenvpnOffer) { o.Fingerprint = o.Fingerprint[1:] },
		"long fingerprint":  func(o *pb.OpenvpnOffer) { o.Fingerprint = append(o.Fingerprint, 0) },
		"small mtu":         func(o *pb.OpenvpnOffer) { o.Mtu = driverdata.MinMTU - 1 },
		"large mtu":         func(o *pb.OpenvpnOffer) { o.Mtu = driverdata.MaxMTU + 1 },
	} {
		var o pb.OpenvpnOffer
		if err := proto.Unmarshal(encodeOffer(testOffer()), &o); err != nil {
			t.Fatal(err)
		}
		change(&o)
		if _, err := decodeOffer(marshal(t, &o)); !errors.Is(err, tunnel.ErrData) {
			t.Errorf("offer with %s: %v, want ErrData", name, err)
		}
	}
	if _, err := decodeOffer(append(encodeOffer(testOffer()), 0x78, 1)); !errors.Is(err, tunnel.ErrData) {
		t.Errorf("offer with an unknown field: %v, want ErrData", err)
	}
}

func TestUnacceptableStart(t *testing.T) {
	key := fixedClientKey(1)
	start := func(key []byte, address, gateway string, bits uint32) []byte {
		return marshal(t, &pb.OpenvpnStart{
			Key: key, Address: netip.MustParseAddr(address).AsSlice(), Gateway: netip.MustParseAddr(gateway).AsSlice(), PrefixLength: bits,
		})
	}
	if _, err := decodeStart(start(key[:], "10.0.0.2", "10.0.0.1", 24)); err != nil {
		t.Fatalf("good start: %v", err)
	}
	wrongLength := key
	wrongLength[clientKeySize-1]++
	for name, data := range map[string][]byte{
		"no key":            start(nil, "10.0.0.2", "10.0.0.1", 24),
		"short key":         start(key[1:], "10.0.0.2", "10.0.0.1", 24),
		"long key":          start(append(key[:], 0), "10.0.0.2", "10.0.0.1", 24),
		"wrong length":      start(wrongLength[:], "10.0.0.2", "10.0.0.1", 24),
		"same address":      start(key[:], "10.0.0.1", "10.0.0.1", 24),
		"public":            start(key[:], "192.0.2.2", "192.0.2.1", 24),
		"public gateway":    start(key[:], "10.0.0.2", "192.0.2.1", 24),
		"other network":     start(key[:], "10.0.0.2", "10.0.1.1", 24),
		"more than private": start(key[:], "192.168.0.2", "192.168.0.1", 15),
		"network address":   start(key[:], "10.0.0.0", "10.0.0.1", 24),
		"broadcast":         start(key[:], "10.0.0.255", "10.0.0.1", 24),
		"gateway broadcast": start(key[:], "10.0.0.1", "10.0.0.255", 24),
		"everything":        start(key[:], "10.0.0.2", "10.0.0.1", 0),
		"almost everything": start(key[:], "10.0.0.2", "10.0.0.1", 7),
		"no room":           start(key[:], "10.0.0.2", "10.0.0.1", 31),
		"too long":          start(key[:], "10.0.0.2", "10.0.0.1", 1<<31),
		"IPv6":              start(key[:], "fd00::2", "fd00::1", 24),
		"mapped":            start(key[:], "::ffff:10.0.0.2", "10.0.0.1", 24),
		"unknown field":     append(encodeStart(testStart()), 0x78, 1),
	} {
		if _, err := decodeStart(data); !errors.Is(err, tunnel.ErrData) {
			t.Errorf("start with %s: %v, want ErrData", name, err)
		}
	}
}

func FuzzRequest(f *testing.F) {
	f.Add(encodeRequest())
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := decodeRequest(data); err != nil && !errors.Is(err, tunnel.ErrData) {
			t.Fatal(err)
		}
	})
}

func FuzzOffer(f *testing.F) {
	f.Add(encodeOffer(testOffer()))
	six := testOffer()
	six.endpoint, six.mtu = netip.MustParseAddrPort("[2001:db8::1]:1"), driverdata.MaxMTU
	f.Add(encodeOffer(six))
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := decodeOffer(data)
		if err != nil {
			if !errors.Is(err, tunnel.ErrData) {
				t.Fatal(err)
			}
			return
		}
		if again, err := decodeOffer(encodeOffer(o)); err != nil || again != o {
			t.Fatalf("%x does not come back: %v", data, err)
		}
		checkInjection(t, clientConfig{device: "tun0", offer: o, key: fixedClientKey(1)})
	})
}

func FuzzStart(f *testing.F) {
	f.Add(encodeStart(testStart()))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := decodeStart(data)
		if err != nil {
			if !errors.Is(err, tunnel.ErrData) {
				t.Fatal(err)
			}
			return
		}
		if again, err := decodeStart(encodeStart(s)); err != nil || again != s {
			t.Fatalf("%x does not come back: %v", data, err)
		}
		checkInjection(t, clientConfig{device: "tun0", offer: testOffer(), key: s.key})
	})
}
