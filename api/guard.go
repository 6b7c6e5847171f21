package api

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/mysteriumnetwork/myst/api/wire"
)

// maxBody bounds a request's body, in bytes. The largest one that makes sense is a few hundred.
const maxBody = 16 << 10

// guard lets a request pass that names this API in Host (or it may come by DNS rebinding), that no
// foreign web page sent (or a visited page could spend the user's money), and that carries the token (or
// any local user could). It also reads the body, so that handlers see only bounded ones.
type guard struct {
	hosts []string // host:port, lower case
	// token is a hash, so that comparing takes the same time for every length.
	token [32]byte
	next  http.Handler
}

func newGuard(addr *net.TCPAddr, token string, next http.Handler) *guard {
	_, port, _ := net.SplitHostPort(addr.String()) // the address of a listener always splits
	g := &guard{token: sha256.Sum256([]byte(token)), next: next}
	for _, host := range []string{"localhost", "127.0.0.1", "::1", addr.IP.String()} {
		g.hosts = append(g.hosts, net.JoinHostPort(host, port))
	}
	return g
}

func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// Answers name the user's sessions and money: nothing in between may keep or reinterpret them.
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if problem := g.check(r); problem != nil {
		if problem.Status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", "Bearer")
		}
		writeProblem(w, problem)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		writeProblem(w, bodyProblem(err))
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	g.next.ServeHTTP(w, r)
}

func (g *guard) check(r *http.Request) *wire.Problem {
	if !slices.Contains(g.hosts, strings.ToLower(r.Host)) {
		return newProblem(http.StatusForbidden, wire.CodeHost, "the Host header must name the API's loopback address and port")
	}
	for _, origin := range r.Header.Values("Origin") {
		if host, ok := strings.CutPrefix(strings.ToLower(origin), "http://"); !ok || !slices.Contains(g.hosts, host) {
			return newProblem(http.StatusForbidden, wire.CodeOrigin, "web pages of another origin may not use this API")
		}
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	given := sha256.Sum256([]byte(strings.TrimSpace(token)))
	if !strings.EqualFold(scheme, "Bearer") || subtle.ConstantTimeCompare(given[:], g.token[:]) != 1 {
		return newProblem(http.StatusUnauthorized, wire.CodeToken,
			"this API wants the token in the node's data directory, file "+TokenFile+", as \"Authorization: Bearer …\"")
	}
	return nil
}

func bodyProblem(err error) *wire.Problem {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return newProblem(http.StatusRequestEntityTooLarge, wire.CodeInvalid, "the request's body is too large")
	}
	return newProblem(http.StatusBadRequest, wire.CodeInvalid, "the request's body could not be read: "+err.Error())
}

func writeProblem(w http.ResponseWriter, p *wire.Problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client has gone if this fails
}
