package openvpn

import (
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"slices"
	"sync"

	"github.com/mysteriumnetwork/myst/tunnel"
)

// gatekeeper is what admission needs of a management.
type gatekeeper interface {
	admit(cid clientID, kid uint32, address netip.Prefix) error
	renew(cid clientID, kid uint32) error
	deny(cid clientID, kid uint32) error
	kill(cid clientID) error
}

// admission is a provider's table of open sessions, which decides whom openvpn lets in. Each session
// has one live client: the newest that knows the credential; an older one is killed. Its methods may be
// called from any goroutine.
type admission struct {
	log *slog.Logger

	mu       sync.Mutex
	keeper   gatekeeper // of the newest server process; nil before the first
	sessions map[tunnel.SessionID]*admitted
	clients  map[clientID]*admitted
	closed   bool
}

// admitted is one session in the table.
type admitted struct {
	table      *admission
	id         tunnel.SessionID
	credential tunnel.Credential
	address    netip.Prefix

	// Of the table's lock:
	live  bool // cid is a client that was let in
	cid   clientID
	ended bool
}

// newAdmission makes an empty table. A nil logger discards.
func newAdmission(log *slog.Logger) *admission {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &admission{
		log:      log,
		sessions: make(map[tunnel.SessionID]*admitted),
		clients:  make(map[clientID]*admitted),
	}
}

// attach makes commands go to a new server process, which knows no client yet.
// Sessions stay open, and their consumers connect to the new process as they did to the old one.
func (a *admission) attach(keeper gatekeeper) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.keeper = keeper
	clear(a.clients)
	for _, s := range a.sessions {
		s.live = false
	}
}

// open adds a session. Its client gets address, whose length is that of the tunnel's network. Errors:
// tunnel.ErrClosed; a session that is open already.
func (a *admission) open(id tunnel.SessionID, credential tunnel.Credential, address netip.Prefix) (*admitted, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return nil, tunnel.ErrClosed
	}
	if _, ok := a.sessions[id]; ok {
		return nil, fmt.Errorf("session %x is open already", id)
	}
	s := &admitted{table: a, id: id, credential: credential, address: address}
	a.sessions[id] = s
	return s, nil
}

// close ends every session, and lets no new one in.
func (a *admission) close() {
	a.mu.Lock()
	a.closed = true
	all := slices.Collect(maps.Values(a.sessions))
	a.mu.Unlock()
	for _, s := range all {
		s.close()
	}
}

// connected reports whether a client of the session is let in and not known to be gone.
func (s *admitted) connected() bool {
	s.table.mu.Lock()
	defer s.table.mu.Unlock()
	return s.live
}

// close ends the session and kills its client. A second close is harmless.
func (s *admitted) close() {
	a := s.table
	a.mu.Lock()
	if s.ended {
		a.mu.Unlock()
		return
	}
	s.ended = true
	delete(a.sessions, s.id)
	cid, live, keeper := s.cid, s.live, a.keeper
	if live {
		s.live = false
		delete(a.clients, cid)
	}
	a.mu.Unlock()
	if live && keeper != nil {
		a.check("kill", cid, keeper.kill(cid))
	}
}

// handle takes the events of the process that was attached last.
func (a *admission) handle(e event) {
	switch e := e.(type) {
	case clientEvent:
		switch e.action {
		case clientConnect:
			a.connect(e)
		case clientReauth:
			a.reauth(e)
		case clientEstablished:
			a.established(e.cid)
		case clientDisconnect:
			a.disconnect(e.cid)
		}
	case addressEvent:
		a.address(e)
	default:
	}
}

// connect lets a client in when it knows the credential of an open session, and kills the session's
// older client. The table changes before openvpn is told, so that a session that ends meanwhile kills
// the client that is being let in.
func (a *admission) connect(e clientEvent) {
	a.mu.Lock()
	keeper := a.keeper
	s := a.verify(e)
	var old clientID
	replaced := false
	if s != nil {
		old, replaced = s.cid, s.live && s.cid != e.cid
		if replaced {
			delete(a.clients, old)
		}
		s.cid, s.live = e.cid, true
		a.clients[e.cid] = s
	}
	a.mu.Unlock()
	if keeper == nil {
		return
	}
	if s == nil {
		a.check("deny", e.cid, keeper.deny(e.cid, e.kid))
		return
	}
	if replaced {
		a.check("kill", old, keeper.kill(old))
	}
	a.check("admit", e.cid, keeper.admit(e.cid, e.kid, s.address))
	a.mu.Lock()
	gone := a.clients[e.cid] != s && a.keeper == keeper
	a.mu.Unlock()
	if gone { // the session ended while openvpn was told: its own kill may have come too early
		a.check("kill", e.cid, keeper.kill(e.cid))
	}
}

// reauth lets a client go on that is still its session's live one.
func (a *admission) reauth(e clientEvent) {
	a.mu.Lock()
	keeper := a.keeper
	s := a.verify(e)
	ok := s != nil && a.clients[e.cid] == s
	a.mu.Unlock()
	if keeper == nil {
		return
	}
	if ok {
		a.check("renew", e.cid, keeper.renew(e.cid, e.kid))
		return
	}
	a.check("deny", e.cid, keeper.deny(e.cid, e.kid))
	a.check("kill", e.cid, keeper.kill(e.cid))
}

func (a *admission) established(cid clientID) {
	a.mu.Lock()
	s := a.clients[cid]
	keeper := a.keeper
	a.mu.Unlock()
	if s == nil && keeper != nil { // its session ended, or a newer client came
		a.check("kill", cid, keeper.kill(cid))
	}
}

func (a *admission) disconnect(cid clientID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if s := a.clients[cid]; s != nil {
		s.live = false
		delete(a.clients, cid)
	}
}

// address kills a client that got another address than its session's. It cannot happen while openvpn
// does as it is told; the meters rely on it.
func (a *admission) address(e addressEvent) {
	a.mu.Lock()
	s := a.clients[e.cid]
	keeper := a.keeper
	a.mu.Unlock()
	if keeper == nil || s != nil && e.addr.IsSingleIP() && e.addr.Addr() == s.address.Addr() {
		return
	}
	a.log.Warn("openvpn gave a client an unknown address", "client", e.cid, "address", e.addr)
	a.check("kill", e.cid, keeper.kill(e.cid))
}

// verify returns the open session whose credential the client knows, or nil. It runs under the lock.
func (a *admission) verify(e clientEvent) *admitted {
	var id tunnel.SessionID
	var credential tunnel.Credential
	okID := parseHex(id[:], e.username)
	okCredential := parseHex(credential[:], e.password)
	s := a.sessions[id]
	var want tunnel.Credential
	if s != nil {
		want = s.credential
	}
	// The comparison runs in every case, so that its time tells nothing.
	equal := subtle.ConstantTimeCompare(credential[:], want[:]) == 1
	if s == nil || !okID || !okCredential || !equal {
		return nil
	}
	return s
}

// parseHex fills dst from lower-case hexadecimal of exactly its size.
func parseHex(dst []byte, text string) bool {
	if len(text) != hex.EncodedLen(len(dst)) {
		return false
	}
	_, err := hex.Decode(dst, []byte(text))
	return err == nil && hex.EncodeToString(dst) == text
}

// check tells of a command that failed. Mostly the client has gone meanwhile; when the connection to
// openvpn is lost, whoever supervises the process knows.
func (a *admission) check(command string, cid clientID, err error) {
	if err != nil {
		a.log.Debug("openvpn command failed", "command", command, "client", cid, "error", err)
	}
}
