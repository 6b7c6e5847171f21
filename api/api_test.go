package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/mysteriumnetwork/myst/api"
	"github.com/mysteriumnetwork/myst/api/apitest"
	"github.com/mysteriumnetwork/myst/api/client"
	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/node"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve starts an API and returns it with its token.
func serve(t *testing.T, n api.Node) (s *api.Server, dir, token string) {
	t.Helper()
	dir = t.TempDir()
	s, err := api.Start(t.Context(), api.Config{Node: n, DataDir: dir, Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	data, err := os.ReadFile(filepath.Join(dir, api.TokenFile))
	if err != nil {
		t.Fatal(err)
	}
	return s, dir, strings.TrimSpace(string(data))
}

func dial(t *testing.T, dir string) *client.Client {
	t.Helper()
	c, err := client.New(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// ask sends a request after edit has changed it, and returns the answer's status and problem.
func ask(t *testing.T, s *api.Server, method, path, body string, edit func(*http.Request)) (int, wire.Problem) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.Addr()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	edit(r)
	transport := &http.Transport{DisableKeepAlives: true}
	resp, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		t.Fatal(err)
	}
	var problem wire.Problem
	if resp.StatusCode != http.StatusOK {
		if got := resp.Header.Get("Content-Type"); got != "application/problem+json" {
			t.Errorf("%s %s: %s with Content-Type %q", method, path, resp.Status, got)
		}
		if err := json.Unmarshal(data, &problem); err != nil {
			t.Errorf("%s %s: %v in %q", method, path, err, data)
		}
	}
	return resp.StatusCode, problem
}

func TestGuard(t *testing.T) {
	s, _, token := serve(t, apitest.New(0))
	_, port, _ := net.SplitHostPort(s.Addr())
	good := func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
	with := func(edit func(*http.Request)) func(*http.Request) {
		return func(r *http.Request) { good(r); edit(r) }
	}
	host := func(h string) func(*http.Request) { return with(func(r *http.Request) { r.Host = h }) }
	origin := func(o ...string) func(*http.Request) {
		return with(func(r *http.Request) { r.Header["Origin"] = o })
	}
	auth := func(a string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Authorization", a) }
	}
	for _, c := range []struct {
		name   string
		edit   func(*http.Request)
		status int
		code   string
	}{
		{"token", good, 200, ""},
		{"lower-case scheme", auth("bearer " + token), 200, ""},
		{"no token", func(*http.Request) {}, 401, wire.CodeToken},
		{"empty token", auth("Bearer "), 401, wire.CodeToken},
		{"wrong token", auth("Bearer " + strings.Repeat("0", len(token))), 401, wire.CodeToken},
		{"token cut short", auth("Bearer " + token[:len(token)-1]), 401, wire.CodeToken},
		{"token with more", auth("Bearer " + token + "0"), 401, wire.CodeToken},
		{"other scheme", auth("Basic " + token), 401, wire.CodeToken},
		{"scheme missing", auth(token), 401, wire.CodeToken},
		{"token in the query", func(r *http.Request) { r.URL.RawQuery = "token=" + token }, 401, wire.CodeToken},

		{"localhost", host("localhost:" + port), 200, ""},
		{"LOCALHOST", host("LOCALHOST:" + port), 200, ""},
		{"IPv6 loopback", host("[::1]:" + port), 200, ""},
		{"DNS rebinding", host("attacker.example:" + port), 403, wire.CodeHost},
		{"port missing", host("127.0.0.1"), 403, wire.CodeHost},
		{"other port", host("127.0.0.1:1"), 403, wire.CodeHost},
		{"suffix", host("127.0.0.1.attacker.example:" + port), 403, wire.CodeHost},
		{"other loopback address", host("127.0.0.2:" + port), 403, wire.CodeHost},

		{"own origin", origin("http://127.0.0.1:" + port), 200, ""},
		{"foreign origin", origin("https://attacker.example"), 403, wire.CodeOrigin},
		{"opaque origin", origin("null"), 403, wire.CodeOrigin},
		{"empty origin", origin(""), 403, wire.CodeOrigin},
		{"page of another local port", origin("http://127.0.0.1:1"), 403, wire.CodeOrigin},
		{"own host by TLS", origin("https://127.0.0.1:" + port), 403, wire.CodeOrigin},
		{"second origin foreign", origin("http://127.0.0.1:"+port, "https://attacker.example"), 403, wire.CodeOrigin},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, path := range []string{"/v1/status", "/openapi.json"} {
				status, problem := ask(t, s, "GET", path, "", c.edit)
				if status != c.status || c.code != "" && problem.Code() != c.code {
					t.Errorf("%s: status %d, problem %+v; want %d %s", path, status, problem, c.status, c.code)
				}
				if strings.Contains(fmt.Sprint(problem), token) {
					t.Error("the answer contains the token")
				}
			}
		})
	}
}

// A web page may send a simple request without asking first: it must have no effect.
func TestForeignPageSpendsNothing(t *testing.T) {
	n := apitest.New(money.UnitsPerCoin)
	s, dir, token := serve(t, n)
	for _, edit := range []func(*http.Request){
		func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") },
		func(r *http.Request) {
			r.Header.Set("Authorization", "Bearer "+token)
			r.Header.Set("Origin", "https://attacker.example")
		},
	} {
		if status, _ := ask(t, s, "POST", "/v1/deposit", `{"amount":"1"}`, edit); status < 400 {
			t.Errorf("status %d", status)
		}
	}
	balance, err := dial(t, dir).Balance(t.Context())
	if err != nil || balance.Deposit.Units != 0 {
		t.Fatalf("the page deposited %s coins, %v", balance.Deposit.Coins, err)
	}
}

func TestRequestsAreBounded(t *testing.T) {
	s, _, token := serve(t, apitest.New(0))
	auth := func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
	large := `{"amount":"` + strings.Repeat("1", 1<<20) + `"}`
	if status, problem := ask(t, s, "POST", "/v1/deposit", large, auth); status != 413 || problem.Code() != wire.CodeInvalid {
		t.Errorf("body of 1 MiB: %d %+v", status, problem)
	}
	if status, _ := ask(t, s, "POST", "/v1/register", large, auth); status != 413 {
		t.Errorf("body of 1 MiB where none is wanted: %d", status)
	}
	chunked := func(r *http.Request) { auth(r); r.ContentLength = -1 }
	if status, _ := ask(t, s, "POST", "/v1/deposit", large, chunked); status != 413 {
		t.Errorf("chunked body of 1 MiB: %d", status)
	}
	// net/http answers this one itself, before any handler.
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.Addr()+"/v1/status", nil)
	if err != nil {
		t.Fatal(err)
	}
	auth(r)
	r.Header.Set("X-Large", strings.Repeat("x", 64<<10))
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("header of 64 KiB: %s, %v", resp.Status, err)
	}
}

func TestMalformedRequests(t *testing.T) {
	n := apitest.New(5 * money.UnitsPerCoin)
	s, dir, token := serve(t, n)
	auth := func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
	for _, c := range []struct{ method, path, body, want string }{
		{"POST", "/v1/deposit", ``, ""},
		{"POST", "/v1/deposit", `{`, ""},
		{"POST", "/v1/deposit", `{"amount":5}`, "amount"},
		{"POST", "/v1/deposit", `{"amount":"1","more":1}`, "more"},
		{"GET", "/v1/proposals?country=ZZ", "", "country"},
		{"GET", "/v1/proposals?max_price_per_gib=-1", "", "-1"},
		{"GET", "/v1/proposals?provider=0x12", "", "provider"},
		{"GET", "/v1/proposals?metering_unit=yard", "", "metering_unit"},
		{"GET", "/v1/proposals?min_bandwidth=fast", "", "min_bandwidth"},
		{"GET", "/v1/proposals?contry=DE", "", "contry"},
		{"DELETE", "/v1/sessions/..%2fstatus", "", "id"},
	} {
		status, problem := ask(t, s, c.method, c.path, c.body, auth)
		if status < 400 || status >= 500 || problem.Code() != wire.CodeInvalid || !strings.Contains(problem.Error(), c.want) {
			t.Errorf("%s %s %s: %d %q", c.method, c.path, c.body, status, problem.Error())
		}
	}
	c := dial(t, dir)
	for _, amount := range []string{"0", "-1", "1e3", "NaN", "0.0000001", strings.Repeat("9", 32)} {
		if _, err := c.Deposit(t.Context(), wire.Deposit{Amount: amount}, nil); wire.CodeOf(err) != wire.CodeInvalid {
			t.Errorf("deposit %q: %v", amount, err)
		}
	}
	for _, req := range []wire.Connect{
		{Lock: "-1"}, {Lock: "0"}, {Lock: "0.0"}, {Lock: "2000000"}, {Cap: "0"}, {Cap: "-1"}, {Cap: "2000000"}, {Cap: "much"}, {ProxyAddr: "0.0.0.0:1080"}, {ProxyAddr: "example.com:80"}, {ProxyAddr: "192.0.2.1:1080"},
		{Filter: wire.Filter{Country: "Germany"}},
	} {
		if _, err := c.Connect(t.Context(), req, nil); wire.CodeOf(err) != wire.CodeInvalid {
			t.Errorf("connect %+v: %v", req, err)
		}
	}
}

// The document describes every operation, its problem form, its token and its amounts.
func TestOpenAPI(t *testing.T) {
	s, _, token := serve(t, apitest.New(0))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.Addr()+"/openapi.json", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		OpenAPI    string                               `json:"openapi"`
		Paths      map[string]map[string]map[string]any `json:"paths"`
		Components map[string]map[string]any            `json:"components"`
	}
	if err := errors.Join(json.NewDecoder(resp.Body).Decode(&doc), resp.Body.Close()); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Errorf("openapi %q", doc.OpenAPI)
	}
	var operations []string
	for path, methods := range doc.Paths {
		for method := range methods {
			operations = append(operations, strings.ToUpper(method)+" "+path)
		}
	}
	for _, want := range []string{
		"GET /v1/status", "GET /v1/proposals", "GET /v1/sessions", "GET /v1/balance", "POST /v1/sessions", "DELETE /v1/sessions/{id}",
		"POST /v1/register", "POST /v1/deposit", "POST /v1/withdraw", "POST /v1/clear",
	} {
		if !strings.Contains(strings.Join(operations, "\n")+"\n", want+"\n") {
			t.Errorf("%s is not described; there are %q", want, operations)
		}
	}
	if doc.Components["securitySchemes"]["token"] == nil || doc.Components["schemas"]["Amount"] == nil {
		t.Error("the token or the amounts are not described")
	}
}

func TestStart(t *testing.T) {
	dir := t.TempDir()
	for _, addr := range []string{"0.0.0.0:0", "192.0.2.1:0", "[::]:0", "example.com:80", ":0", "127.0.0.1", "127.0.0.1:http"} {
		s, err := api.Start(t.Context(), api.Config{Node: apitest.New(0), DataDir: dir, Addr: addr})
		if err == nil {
			t.Errorf("listens at %s: %v", addr, s.Close())
		}
	}
	if _, err := os.Stat(filepath.Join(dir, api.TokenFile)); err == nil {
		t.Error("a refused address made a token")
	}
	first, _, _ := serve(t, apitest.New(0))
	_, err := api.Start(t.Context(), api.Config{Node: apitest.New(0), DataDir: dir, Addr: first.Addr()})
	if err == nil || !strings.Contains(err.Error(), "taken") {
		t.Errorf("taken port: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, api.AddressFile)); err == nil {
		t.Error("an API that does not listen left its address")
	}
}

func TestFiles(t *testing.T) {
	s, dir, token := serve(t, apitest.New(0))
	for _, name := range []string{api.TokenFile, api.AddressFile} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v; want mode 0600", name, info.Mode(), err)
		}
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, api.AddressFile)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("address file after Close: %v", err)
	}
	path := filepath.Join(dir, api.TokenFile)
	restart := func() error {
		s, err := api.Start(t.Context(), api.Config{Node: apitest.New(0), DataDir: dir, Addr: "127.0.0.1:0"})
		if err != nil {
			return err
		}
		return s.Close()
	}
	if err := restart(); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(path); err != nil || strings.TrimSpace(string(data)) != token {
		t.Errorf("a restart changed the token: %v", err)
	}
	for name, spoil := range map[string]func() error{
		"readable": func() error { return os.Chmod(path, 0o644) },
		"damaged":  func() error { return errors.Join(os.WriteFile(path, []byte("short"), 0o600), os.Chmod(path, 0o600)) },
		"empty":    func() error { return os.WriteFile(path, nil, 0o600) },
	} {
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		if err := restart(); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("token file %s: %v", name, err)
		}
	}
}

// Close ends a running operation, and its caller learns why.
func TestCloseEndsOperations(t *testing.T) {
	n := ready(t)
	n.Hold, n.Cancelled = make(chan struct{}), make(chan struct{}, 1)
	s, dir, _ := serve(t, n)
	c := dial(t, dir)
	_, err := c.Connect(t.Context(), wire.Connect{}, func(p wire.Progress) {
		if p.Step == "find" {
			go func() { _ = s.Close() }() // ends with the server, which the test's cleanup waits for
		}
	})
	if wire.CodeOf(err) != wire.CodeShuttingDown && !errors.Is(err, client.ErrCut) {
		t.Fatalf("connect on a closing API: %v", err)
	}
	<-n.Cancelled
}

// A caller that goes away ends its operation.
func TestCallerGoes(t *testing.T) {
	n := ready(t)
	n.Hold, n.Cancelled = make(chan struct{}), make(chan struct{}, 1)
	_, dir, _ := serve(t, n)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := dial(t, dir).Connect(ctx, wire.Connect{}, func(wire.Progress) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted connect: %v", err)
	}
	<-n.Cancelled
}

// ready is a node that can connect.
func ready(t *testing.T) *apitest.Node {
	t.Helper()
	n := apitest.New(10 * money.UnitsPerCoin)
	none := func(nodeProgress) {}
	if _, err := n.Register(t.Context(), node.AnyFee, none); err != nil {
		t.Fatal(err)
	}
	if _, err := n.Deposit(t.Context(), 5*money.UnitsPerCoin, node.AnyFee, none); err != nil {
		t.Fatal(err)
	}
	err := errors.Join(
		n.Offer(apitest.Key(2), "DE", money.Price{PerGiB: 50_000}, 50_000_000),
		n.Offer(apitest.Key(3), "NL", money.Price{PerGiB: 30_000, PerHour: 10}, 0),
	)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
