package openvpn

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/mysteriumnetwork/myst/tunnel"
)

// fakeServer behaves as openvpn's server does towards the admission: it knows who asked, who is in with
// which address, and refuses commands about clients that are gone.
type fakeServer struct {
	mu       sync.Mutex
	asking   map[clientID]bool
	admitted map[clientID]netip.Prefix
	commands []string
	onAdmit  func() // called while admit runs
	sluggish bool   // kill has no effect on a client that still asks
}

func newFakeServer() *fakeServer {
	return &fakeServer{asking: map[clientID]bool{}, admitted: map[clientID]netip.Prefix{}}
}

func (f *fakeServer) note(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.commands = append(f.commands, fmt.Sprintf(format, args...))
}

func (f *fakeServer) admit(cid clientID, kid uint32, address netip.Prefix) error {
	f.note("admit %d %d %v", cid, kid, address)
	if f.onAdmit != nil {
		f.onAdmit()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.asking[cid] {
		return errCommand
	}
	delete(f.asking, cid)
	f.admitted[cid] = address
	return nil
}

func (f *fakeServer) renew(cid clientID, kid uint32) error {
	f.note("renew %d %d", cid, kid)
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.admitted[cid]; !ok {
		return errCommand
	}
	return nil
}

func (f *fakeServer) deny(cid clientID, kid uint32) error {
	f.note("deny %d %d", cid, kid)
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.asking, cid)
	return nil
}

func (f *fakeServer) kill(cid clientID) error {
	f.note("kill %d", cid)
	f.mu.Lock()
	defer f.mu.Unlock()
	_, admitted := f.admitted[cid]
	if !admitted && !f.asking[cid] {
		return errCommand
	}
	if !f.sluggish {
		delete(f.asking, cid)
	}
	delete(f.admitted, cid)
	return nil
}

// take returns the commands given since the last call.
func (f *fakeServer) take() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	defer func() { f.commands = nil }()
	return strings.Join(f.commands, "; ")
}

// asks is a client's CONNECT.
func (f *fakeServer) asks(a *admission, cid clientID, id tunnel.SessionID, credential tunnel.Credential) {
	f.mu.Lock()
	f.asking[cid] = true
	f.mu.Unlock()
	a.handle(clientSays(clientConnect, cid, 1, id, credential))
}

func clientSays(action clientAction, cid clientID, kid uint32, id tunnel.SessionID, credential tunnel.Credential) clientEvent {
	return clientEvent{
		action: action, cid: cid, kid: kid,
		username: hex.EncodeToString(id[:]), password: hex.EncodeToString(credential[:]),
	}
}

var (
	anID         = tunnel.SessionID{1, 15: 0xff}
	aCredential  = tunnel.Credential{2, 31: 0xee}
	anAddress    = netip.MustParsePrefix("10.182.0.7/16")
	anAddress32  = netip.MustParsePrefix("10.182.0.7/32")
	other        = tunnel.SessionID{9}
	otherAddress = netip.MustParsePrefix("10.182.0.8/16")
)

func openTest(t *testing.T, a *admission) *admitted {
	t.Helper()
	s, err := a.open(anID, aCredential, anAddress)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}

func TestAdmission(t *testing.T) {
	a, f := newAdmission(nil), newFakeServer()
	a.attach(f)
	s := openTest(t, a)
	step := func(what, want string) {
		t.Helper()
		if got := f.take(); got != want {
			t.Errorf("%s: commands %q, want %q", what, got, want)
		}
	}
	f.asks(a, 0, anID, aCredential)
	step("right credential", "admit 0 1 10.182.0.7/16")
	a.handle(addressEvent{0, anAddress32})
	a.handle(clientEvent{action: clientEstablished, cid: 0})
	step("established", "")
	if !s.connected() {
		t.Error("not connected after CONNECT")
	}
	a.handle(clientSays(clientReauth, 0, 3, anID, aCredential))
	step("new key", "renew 0 3")
	f.asks(a, 5, anID, aCredential)
	step("second client", "kill 0; admit 5 1 10.182.0.7/16")
	a.handle(clientEvent{action: clientDisconnect, cid: 0})
	a.handle(clientSays(clientReauth, 0, 4, anID, aCredential))
	step("new key of the killed one", "deny 0 4; kill 0")
	a.handle(clientSays(clientReauth, 5, 9, anID, tunnel.Credential{}))
	step("new key with a wrong credential", "deny 5 9; kill 5")
	a.handle(clientEvent{action: clientDisconnect, cid: 5})
	if s.connected() {
		t.Error("connected after DISCONNECT")
	}
	f.asks(a, 6, anID, aCredential)
	step("after the disconnect", "admit 6 1 10.182.0.7/16")
	s.close()
	step("close", "kill 6")
	s.close()
	step("second close", "")
	f.asks(a, 7, anID, aCredential)
	step("after the close", "deny 7 1")
}

func TestRefusedCredentials(t *testing.T) {
	a, f := newAdmission(nil), newFakeServer()
	a.attach(f)
	openTest(t, a)
	name, password := hex.EncodeToString(anID[:]), hex.EncodeToString(aCredential[:])
	zeros := strings.Repeat("00", 32)
	for i, pair := range [][2]string{
		{"", ""}, {name, ""}, {"", password}, {name, password + "0"}, {name, password[1:]}, {name + "00", password},
		{name, strings.ToUpper(password)}, {strings.ToUpper(name), password}, {name, zeros}, {zeros[:32], zeros},
		{zeros[:32], password}, {password[:32], password}, {name, " " + password[1:]}, {name, strings.Repeat("x", 64)},
		{name, "ff" + password[2:]}, {name, password[:63] + "f"}, {name, name},
	} {
		cid := clientID(i)
		f.asking[cid] = true
		a.handle(clientEvent{action: clientConnect, cid: cid, kid: 1, username: pair[0], password: pair[1]})
		if got, want := f.take(), fmt.Sprintf("deny %d 1", cid); got != want {
			t.Errorf("%q: commands %q, want %q", pair, got, want)
		}
	}
}

// One consumer's client cannot carry on as another's.
func TestSessionsDoNotMix(t *testing.T) {
	a, f := newAdmission(nil), newFakeServer()
	a.attach(f)
	first := openTest(t, a)
	second, err := a.open(other, aCredential, otherAddress)
	if err != nil {
		t.Fatal(err)
	}
	defer second.close()
	if _, err := a.open(other, aCredential, otherAddress); err == nil {
		t.Error("the same session opens twice")
	}
	f.asks(a, 1, anID, aCredential)
	f.asks(a, 2, other, aCredential)
	f.take()
	a.handle(clientSays(clientReauth, 1, 3, other, aCredential))
	if got := f.take(); got != "deny 1 3; kill 1" {
		t.Errorf("client with a new key as somebody else: %q", got)
	}
	a.handle(addressEvent{2, anAddress32})
	if got := f.take(); got != "kill 2" {
		t.Errorf("client with another's address: %q", got)
	}
	a.handle(addressEvent{2, otherAddress})
	if got := f.take(); got != "kill 2" {
		t.Errorf("client with a whole network: %q", got)
	}
	first.close()
	a.handle(clientEvent{action: clientEstablished, cid: 1})
	if got := f.take(); got != "kill 1; kill 1" {
		t.Errorf("client that is established after its session ended: %q", got)
	}
}

// A session that ends while openvpn is being told to let its client in does not leave it there.
func TestCloseDuringAdmission(t *testing.T) {
	for _, sluggish := range []bool{false, true} {
		a, f := newAdmission(nil), newFakeServer()
		f.sluggish = sluggish
		a.attach(f)
		s := openTest(t, a)
		f.onAdmit = s.close
		f.asks(a, 1, anID, aCredential)
		if len(f.admitted) != 0 || len(f.asking) != 0 {
			t.Errorf("client stays after %q", f.take())
		}
		f.onAdmit = nil
	}
}

// A new server process knows none of the old one's clients, whose numbers come again.
func TestNewServerProcess(t *testing.T) {
	a := newAdmission(nil)
	s := openTest(t, a)
	a.handle(clientSays(clientConnect, 0, 1, anID, aCredential)) // there is no process: nothing happens
	first, second := newFakeServer(), newFakeServer()
	a.attach(first)
	first.asks(a, 3, anID, aCredential)
	a.attach(second)
	if s.connected() {
		t.Error("connected to a process that is gone")
	}
	second.asks(a, 3, tunnel.SessionID{}, aCredential)
	second.asks(a, 4, anID, aCredential)
	if got := second.take(); got != "deny 3 1; admit 4 1 10.182.0.7/16" {
		t.Errorf("commands %q", got)
	}
	a.close()
	if got := second.take(); got != "kill 4" {
		t.Errorf("close of the table: commands %q", got)
	}
	if _, err := a.open(other, aCredential, otherAddress); !errors.Is(err, tunnel.ErrClosed) {
		t.Errorf("open after close: %v", err)
	}
}

// TestAdmissionInvariant plays openvpn and consumers at random. Whatever happens, openvpn holds at most one
// client of each session, only of open sessions, only such as knew the credential, with the session's address.
func TestAdmissionInvariant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, f := newAdmission(nil), newFakeServer()
		a.attach(f)
		defer a.close()
		const n = 3
		credentials := [n]tunnel.Credential{{1}, {2}, {3}}
		open := map[int]*admitted{}
		owner := map[clientID]int{} // of clients that showed the right credential
		next := clientID(0)
		session := rapid.IntRange(0, n-1)
		anyClient := func() (clientID, bool) {
			var all []clientID
			for cid := range f.admitted {
				all = append(all, cid)
			}
			slices.Sort(all)
			if len(all) == 0 {
				return 0, false
			}
			return rapid.SampledFrom(all).Draw(t, "client"), true
		}
		t.Repeat(map[string]func(*rapid.T){
			"open": func(t *rapid.T) {
				i := session.Draw(t, "session")
				s, err := a.open(tunnel.SessionID{byte(i)}, credentials[i], netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(i + 2)}), 24))
				if (err == nil) != (open[i] == nil) {
					t.Fatalf("open: %v", err)
				}
				if err == nil {
					open[i] = s
				}
			},
			"close": func(t *rapid.T) {
				i := session.Draw(t, "session")
				if s := open[i]; s != nil {
					s.close()
					delete(open, i)
				}
			},
			"connect": func(t *rapid.T) {
				i, j := session.Draw(t, "session"), session.Draw(t, "credential")
				if i == j {
					owner[next] = i
				}
				f.asks(a, next, tunnel.SessionID{byte(i)}, credentials[j])
				next++
			},
			"reauth": func(t *rapid.T) {
				if cid, ok := anyClient(); ok {
					i, j := session.Draw(t, "session"), session.Draw(t, "credential")
					a.handle(clientSays(clientReauth, cid, 2, tunnel.SessionID{byte(i)}, credentials[j]))
					if _, still := f.admitted[cid]; still != (i == j && i == owner[cid]) {
						t.Fatalf("client %d of session %d after showing %d and %d: admitted %v", cid, owner[cid], i, j, still)
					}
				}
			},
			"disconnect": func(*rapid.T) {
				if cid, ok := anyClient(); ok {
					delete(f.admitted, cid)
					a.handle(clientEvent{action: clientDisconnect, cid: cid})
				}
			},
			"": func(t *rapid.T) {
				live := map[int]bool{}
				for cid, address := range f.admitted {
					i, ok := owner[cid]
					if !ok || open[i] == nil || live[i] || address.Addr().As4()[3] != byte(i+2) {
						t.Fatalf("client %d must not be in: %v, open %v, address %v", cid, ok, open, address)
					}
					live[i] = true
				}
			},
		})
	})
}
