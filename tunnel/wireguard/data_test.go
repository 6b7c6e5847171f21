package wireguard

import (
	"bytes"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/netip"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/mysteriumnetwork/myst/internal/pb"
	"github.com/mysteriumnetwork/myst/tunnel"
	"github.com/mysteriumnetwork/myst/tunnel/driverdata"
)

func newKey(t testing.TB) *ecdh.PrivateKey {
	t.Helper()
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func fixedKey(t testing.TB, fill byte) *ecdh.PrivateKey {
	t.Helper()
	key, err := ecdh.X25519().NewPrivateKey(bytes.Repeat([]byte{fill}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// TestVectors holds the bytes still that nodes of other versions read.
func TestVectors(t *testing.T) {
	key := fixedKey(t, 1).PublicKey()
	for _, c := range []struct {
		name string
		got  []byte
		want string
	}{
		{"request", encodeRequest(key),
			"08011220a4e09292b651c278b9772c569f5fa9bb13d906b46ab68c9df9dc2b4409f8a209"},
		{"offer", encodeOffer(offer{key: key, endpoint: netip.MustParseAddrPort("192.0.2.1:51820"), mtu: 1420}),
			"08011220a4e09292b651c278b9772c569f5fa9bb13d906b46ab68c9df9dc2b4409f8a2091a04c000020120ec94032 88c0b"},
		{"offer by IPv6", encodeOffer(offer{key: key, endpoint: netip.MustParseAddrPort("[2001:db8::1]:1"), mtu: 576}),
			"08011220a4e09292b651c278b9772c569f5fa9bb13d906b46ab68c9df9dc2b4409f8a2091a1020010db8000000000000000000000001200128c004"},
		{"start", encodeStart(start{netip.MustParseAddr("10.182.0.2"), netip.MustParseAddr("10.182.0.1")}),
			"0a040ab6000212040ab60001"},
	} {
		want, err := hex.DecodeString(string(bytes.ReplaceAll([]byte(c.want), []byte(" "), nil)))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(c.got, want) {
			t.Errorf("%s: %x, want %x", c.name, c.got, want)
		}
	}
}

func TestDataComesBack(t *testing.T) {
	own, peer := newKey(t), newKey(t).PublicKey()
	if got, err := decodeRequest(encodeRequest(peer), own); err != nil || !got.Equal(peer) {
		t.Errorf("request: %v, %v", got, err)
	}
	for _, endpoint := range []string{"127.0.0.1:1", "192.0.2.1:65535", "[2001:db8::1]:51820"} {
		o := offer{key: peer, endpoint: netip.MustParseAddrPort(endpoint), mtu: 1420}
		if got, err := decodeOffer(encodeOffer(o), own); err != nil || got.endpoint != o.endpoint || got.mtu != o.mtu || !got.key.Equal(peer) {
			t.Errorf("offer: %+v, %v, want %+v", got, err, o)
		}
	}
	s := start{netip.MustParseAddr("192.168.7.9"), netip.MustParseAddr("192.168.7.1")}
	if got, err := decodeStart(encodeStart(s)); err != nil || got != s {
		t.Errorf("start: %+v, %v, want %+v", got, err, s)
	}
}

func TestUnacceptableData(t *testing.T) {
	own := newKey(t)
	key := newKey(t).PublicKey().Bytes()
	lowOrder, err := hex.DecodeString("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")
	if err != nil {
		t.Fatal(err)
	}
	one := append([]byte{1}, make([]byte, 31)...)
	marshal := func(m proto.Message) []byte {
		b, err := proto.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	addr := func(s string) []byte { return netip.MustParseAddr(s).AsSlice() }
	request := func(v uint32, k []byte) []byte { return marshal(&pb.WireguardRequest{Version: v, PublicKey: k}) }
	for name, data := range map[string][]byte{
		"version":       request(2, key),
		"short key":     request(1, key[:31]),
		"long key":      request(1, append(bytes.Clone(key), 0)),
		"zero key":      request(1, make([]byte, 32)),
		"low order":     request(1, lowOrder),
		"order one":     request(1, one),
		"own key":       request(1, own.PublicKey().Bytes()),
		"unknown field": append(request(1, key), 0x78, 1),
	} {
		if _, err := decodeRequest(data, own); !errors.Is(err, tunnel.ErrData) {
			t.Errorf("request with %s: %v, want ErrData", name, err)
		}
	}
	good := &pb.WireguardOffer{Version: 1, PublicKey: key, Address: addr("192.0.2.1"), Port: 1, Mtu: 1420}
	for name, change := range map[string]func(*pb.WireguardOffer){
		"version":      func(o *pb.WireguardOffer) { o.Version = 0 },
		"low order":    func(o *pb.WireguardOffer) { o.PublicKey = lowOrder },
		"no address":   func(o *pb.WireguardOffer) { o.Address = nil },
		"five bytes":   func(o *pb.WireguardOffer) { o.Address = make([]byte, 5) },
		"unspecified":  func(o *pb.WireguardOffer) { o.Address = addr("0.0.0.0") },
		"unspecified6": func(o *pb.WireguardOffer) { o.Address = addr("::") },
		"multicast":    func(o *pb.WireguardOffer) { o.Address = addr("224.0.0.1") },
		"broadcast":    func(o *pb.WireguardOffer) { o.Address = addr("255.255.255.255") },
		"mapped":       func(o *pb.WireguardOffer) { o.Address = addr("::ffff:192.0.2.1") },
		"port 0":       func(o *pb.WireguardOffer) { o.Port = 0 },
		"port":         func(o *pb.WireguardOffer) { o.Port = 65536 },
		"small mtu":    func(o *pb.WireguardOffer) { o.Mtu = driverdata.MinMTU - 1 },
		"large mtu":    func(o *pb.WireguardOffer) { o.Mtu = driverdata.MaxMTU + 1 },
	} {
		o := proto.Clone(good).(*pb.WireguardOffer)
		change(o)
		if _, err := decodeOffer(marshal(o), own); !errors.Is(err, tunnel.ErrData) {
			t.Errorf("offer with %s: %v, want ErrData", name, err)
		}
	}
	if _, err := decodeOffer(marshal(good), own); err != nil {
		t.Errorf("good offer: %v", err)
	}
	for _, pair := range [][2]string{
		{"192.0.2.1", "10.0.0.1"}, {"10.0.0.2", "192.0.2.1"}, {"10.0.0.1", "10.0.0.1"}, {"127.0.0.1", "10.0.0.1"},
		{"fd00::2", "fd00::1"}, {"::ffff:10.0.0.2", "10.0.0.1"}, {"0.0.0.0", "10.0.0.1"}, {"224.0.0.1", "10.0.0.1"},
	} {
		data := marshal(&pb.WireguardStart{Address: addr(pair[0]), Gateway: addr(pair[1])})
		if _, err := decodeStart(data); !errors.Is(err, tunnel.ErrData) {
			t.Errorf("start with %v: %v, want ErrData", pair, err)
		}
	}
}

func FuzzRequest(f *testing.F) {
	own := fixedKey(f, 1)
	f.Add(encodeRequest(fixedKey(f, 2).PublicKey()))
	f.Add(encodeRequest(own.PublicKey()))
	f.Fuzz(func(t *testing.T, data []byte) {
		key, err := decodeRequest(data, own)
		if err != nil {
			if !errors.Is(err, tunnel.ErrData) {
				t.Fatal(err)
			}
			return
		}
		if again, err := decodeRequest(encodeRequest(key), own); err != nil || !again.Equal(key) {
			t.Fatalf("%x does not come back: %v", data, err)
		}
	})
}

func FuzzOffer(f *testing.F) {
	own, key := fixedKey(f, 1), fixedKey(f, 2).PublicKey()
	f.Add(encodeOffer(offer{key: key, endpoint: netip.MustParseAddrPort("192.0.2.1:51820"), mtu: 1420}))
	f.Add(encodeOffer(offer{key: key, endpoint: netip.MustParseAddrPort("[2001:db8::1]:1"), mtu: 9000}))
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := decodeOffer(data, own)
		if err != nil {
			if !errors.Is(err, tunnel.ErrData) {
				t.Fatal(err)
			}
			return
		}
		if again, err := decodeOffer(encodeOffer(o), own); err != nil || again.endpoint != o.endpoint || again.mtu != o.mtu {
			t.Fatalf("%x does not come back: %v", data, err)
		}
	})
}

func FuzzStart(f *testing.F) {
	f.Add(encodeStart(start{netip.MustParseAddr("10.182.0.2"), netip.MustParseAddr("10.182.0.1")}))
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
	})
}
