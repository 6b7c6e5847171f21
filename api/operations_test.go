package api_test

import (
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mysteriumnetwork/myst/api"
	"github.com/mysteriumnetwork/myst/api/apitest"
	"github.com/mysteriumnetwork/myst/api/client"
	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/node"
)

type nodeProgress = node.Progress

// The whole life of a consumer, by the client, over HTTP.
func TestOperations(t *testing.T) {
	n := apitest.New(10 * money.UnitsPerCoin)
	for country, price := range map[string]money.Price{"DE": {PerGiB: 50_000}, "NL": {PerGiB: 30_000, PerHour: 10}} {
		key := apitest.Key(country[0])
		if err := n.Offer(key, country, price, 50_000_000); err != nil {
			t.Fatal(err)
		}
	}
	_, dir, _ := serve(t, n)
	c := dial(t, dir)
	ctx := t.Context()
	var steps []string
	note := func(p wire.Progress) { steps = append(steps, p.Step) }

	if _, err := c.Connect(ctx, wire.Connect{}, note); wire.CodeOf(err) != wire.CodeNotRegistered {
		t.Fatalf("connect before registering: %v", err)
	}
	if payment, err := c.Register(ctx, wire.Limit{}, note); err != nil || payment.Operation != "register" || payment.Block == 0 {
		t.Fatalf("register: %+v, %v", payment, err)
	}
	if _, err := c.Connect(ctx, wire.Connect{}, note); wire.CodeOf(err) != wire.CodeFunds {
		t.Fatalf("connect without a deposit: %v", err)
	}
	if payment, err := c.Deposit(ctx, wire.Deposit{Amount: "2.5"}, note); err != nil || payment.Amount != wire.FromMoney(2_500_000) || payment.Amount.Coins != "2.5" {
		t.Fatalf("deposit: %+v, %v", payment, err)
	}
	if _, err := c.Deposit(ctx, wire.Deposit{Amount: "100"}, note); wire.CodeOf(err) != wire.CodeFunds {
		t.Fatalf("deposit of more than there is: %v", err)
	}
	found, err := c.Proposals(ctx, wire.Filter{})
	if err != nil || len(found.Proposals) != 2 || found.Proposals[0].Country != "NL" || len(found.Proposals[0].Hash) != 64 {
		t.Fatalf("proposals: %+v, %v", found, err)
	}
	if _, err := c.Connect(ctx, wire.Connect{Filter: wire.Filter{Country: "FR"}}, note); wire.CodeOf(err) != wire.CodeNoProposal {
		t.Fatalf("connect to nowhere: %v", err)
	}
	filter := wire.Filter{
		Country: "DE", ServiceType: "wireguard", MeteringUnit: "GiB", MaxPricePerGiB: "0.05", MaxPricePerHour: "0",
		MinBandwidth: 50_000_000, Provider: apitest.Key('D').Address().String(),
	}
	steps = nil
	session, err := c.Connect(ctx, wire.Connect{Filter: filter, Lock: "2", Cap: "0.2", ProxyAddr: "127.0.0.1:1081"}, note)
	if got := n.Cap(); got != 200_000 {
		t.Errorf("a cap of %s", got)
	}
	if err != nil || session.Country != "DE" || session.ProxyAddr != "127.0.0.1:1081" || !session.Open() {
		t.Fatalf("connect: %+v, %v", session, err)
	}
	if !slices.Equal(steps, []string{"find", "lock"}) {
		t.Fatalf("progress %q", steps)
	}
	status, err := c.Status(ctx)
	if err != nil || !status.Registered || len(status.Sessions) != 1 || status.Identity != apitest.Key(1).Address().String() {
		t.Fatalf("status: %+v, %v", status, err)
	}
	ended, err := c.Disconnect(ctx, session.ID, note)
	if err != nil || ended.Open() || ended.State != "ended" || ended.Promises != 16 {
		t.Fatalf("disconnect: %+v, %v", ended, err)
	}
	if _, err := c.Disconnect(ctx, session.ID, note); wire.CodeOf(err) != wire.CodeNotFound {
		t.Fatalf("second disconnect: %v", err)
	}
	if list, err := c.Sessions(ctx); err != nil || len(list.Sessions) != 1 || list.Sessions[0].Open() {
		t.Fatalf("sessions: %+v, %v", list, err)
	}
	balance, err := c.Balance(ctx)
	if err != nil || balance.Deposit.Coins != "0.5" || balance.Coin.Units != 7_500_000 || balance.Channels == nil {
		t.Fatalf("balance: %+v, %v", balance, err)
	}
}

func TestEarnings(t *testing.T) {
	n := apitest.New(0)
	_, dir, _ := serve(t, n)
	c := dial(t, dir)
	if cleared, err := c.Clear(t.Context(), wire.Limit{}, nil); err != nil || len(cleared.Payments) != 0 {
		t.Fatalf("clear without promises: %+v, %v", cleared, err)
	}
	n.Earn(1_000_000)
	if cleared, err := c.Clear(t.Context(), wire.Limit{}, nil); err != nil || len(cleared.Payments) != 1 || cleared.Payments[0].Amount.Coins != "1" {
		t.Fatalf("clear: %+v, %v", cleared, err)
	}
	paid, err := c.Withdraw(t.Context(), wire.Limit{}, nil)
	if err != nil || paid.Amount.Coins != "0.99" || paid.Fee.Coins != "0.01" {
		t.Fatalf("withdraw: %+v, %v", paid, err)
	}
}

func TestProblems(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*apitest.Node)
		code   string
	}{
		{"locked", func(n *apitest.Node) { n.Locked = true }, wire.CodeNoIdentity},
		{"down", func(n *apitest.Node) { n.Down = true }, wire.CodeUnavailable},
		{"refused", func(n *apitest.Node) { n.Refusal = "no capacity" }, wire.CodeRefused},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := ready(t)
			c.change(n)
			_, dir, _ := serve(t, n)
			_, err := dial(t, dir).Connect(t.Context(), wire.Connect{}, nil)
			if wire.CodeOf(err) != c.code {
				t.Fatalf("got %v", err)
			}
			if c.name == "refused" && !strings.Contains(err.Error(), "no capacity") {
				t.Fatalf("the reason is lost: %v", err)
			}
			// Status always answers.
			if _, err := dial(t, dir).Status(t.Context()); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// What was agreed to travels with the request, and a relayer that asks more gets nothing to do.
func TestAgreedFee(t *testing.T) {
	n := ready(t)
	n.Free(3, money.UnitsPerCoin)
	_, dir, _ := serve(t, n)
	c, ctx, to := dial(t, dir), t.Context(), apitest.Key(9).Address().String()
	session, err := c.Connect(ctx, wire.Connect{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	before, err := c.Balance(ctx)
	if err != nil {
		t.Fatal(err)
	}
	n.RelayFee = 20_000
	all := map[string]func(most string) (wire.Payment, error){
		"deposit": func(most string) (wire.Payment, error) {
			return c.Deposit(ctx, wire.Deposit{Amount: "1", MaxFee: most}, nil)
		},
		"topup": func(most string) (wire.Payment, error) {
			return c.TopUp(ctx, session.ID, wire.Deposit{Amount: "1", MaxFee: most}, nil)
		},
		"unlock": func(most string) (wire.Payment, error) {
			return c.Unlock(ctx, wire.Unlock{Channel: session.Channel, MaxFee: most}, nil)
		},
		"reclaim": func(most string) (wire.Payment, error) {
			return c.Reclaim(ctx, wire.Reclaim{Channel: 3, MaxFee: most}, nil)
		},
		"beneficiary": func(most string) (wire.Payment, error) {
			return c.SetBeneficiary(ctx, wire.Beneficiary{Beneficiary: to, MaxFee: most}, nil)
		},
		"withdraw-deposit": func(most string) (wire.Payment, error) {
			return c.WithdrawDeposit(ctx, wire.WithdrawDeposit{Amount: "0.5", To: to, MaxFee: most}, nil)
		},
	}
	for name, do := range all {
		for _, most := range []string{"0", "0.019999"} {
			if _, err := do(most); wire.CodeOf(err) != wire.CodeNotNow || !strings.Contains(err.Error(), "asks 0.02 coins") {
				t.Errorf("%s for at most %s: %v", name, most, err)
			}
		}
		if _, err := do("much"); wire.CodeOf(err) != wire.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if after, err := c.Balance(ctx); err != nil || after.Coin != before.Coin || after.Deposit != before.Deposit {
		t.Fatalf("%+v, %v; want %+v", after, err, before)
	}
	for name, do := range all {
		for _, most := range []string{"0.02", ""} {
			if name != "deposit" && most == "" {
				continue // it would be the second of its kind
			}
			if paid, err := do(most); err != nil || paid.Operation != name {
				t.Errorf("%s for at most %q: %+v, %v", name, most, paid, err)
			}
		}
	}
}

// Whether the provider is asked for a release goes through to the node, and what it would do and did comes back.
func TestReleasedOrTimed(t *testing.T) {
	for _, timed := range []bool{false, true} {
		n := ready(t)
		n.Releases = true
		_, dir, _ := serve(t, n)
		c, ctx := dial(t, dir), t.Context()
		session, err := c.Connect(ctx, wire.Connect{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		quote, err := c.Quote(ctx, wire.QuoteRequest{Operation: node.OpUnlock, Channel: session.Channel, Timed: timed})
		if err != nil || quote.Release == timed || quote.Delay == 0 {
			t.Errorf("timed %t: quote %+v, %v", timed, quote, err)
		}
		paid, err := c.Unlock(ctx, wire.Unlock{Channel: session.Channel, Timed: timed}, nil)
		if err != nil || (paid.UnlockAt != nil) != timed {
			t.Errorf("timed %t: %+v, %v", timed, paid, err)
		}
	}
}

// A session that would take more than was agreed to ends with what it would take, and is open once that is agreed to.
func TestAgreedSession(t *testing.T) {
	n := ready(t)
	n.RelayFee = 20_000
	_, dir, _ := serve(t, n)
	c, ctx := dial(t, dir), t.Context()
	for _, agreed := range []wire.Agreed{{Lock: "0", Fee: "0"}, {Lock: "1.9", Fee: "1"}, {Lock: "2", Fee: "0.01"}} {
		_, err := c.Connect(ctx, wire.Connect{Lock: "2", Agreed: &agreed}, nil)
		problem, ok := errors.AsType[*wire.Problem](err)
		if !ok || problem.Code() != wire.CodeNotAgreed || problem.Status != http.StatusConflict || problem.Quote == nil {
			t.Fatalf("%+v: %v", agreed, err)
		}
		q := problem.Quote
		if q.Operation != node.OpConnect || q.Amount.Coins != "2" || q.RelayFee.Coins != "0.02" || q.Offer.Provider != q.Provider || q.GasCost != "0.0001" {
			t.Errorf("%+v: %+v", agreed, q)
		}
	}
	if list, err := c.Sessions(ctx); err != nil || len(list.Sessions) != 0 {
		t.Fatalf("%+v, %v", list, err)
	}
	for _, malformed := range []wire.Agreed{{Lock: "2"}, {Lock: "all", Fee: "0"}, {Lock: "2", Fee: "-1"}} {
		if _, err := c.Connect(ctx, wire.Connect{Agreed: &malformed}, nil); wire.CodeOf(err) != wire.CodeInvalid {
			t.Errorf("%+v: %v", malformed, err)
		}
	}
	for _, agreed := range []wire.Agreed{{Lock: "2", Fee: "0.02"}, {Lock: "0", Fee: "0"}} { // the second finds a lock
		if s, err := c.Connect(ctx, wire.Connect{Lock: "2", Agreed: &agreed}, nil); err != nil || s.State != "active" {
			t.Errorf("%+v: %+v, %v", agreed, s, err)
		}
	}
}

func TestAgreedFeeToRegister(t *testing.T) {
	n := apitest.New(0)
	n.RelayFee = 20_000
	_, dir, _ := serve(t, n)
	c := dial(t, dir)
	if _, err := c.Register(t.Context(), wire.Limit{MaxFee: "0.01"}, nil); wire.CodeOf(err) != wire.CodeNotNow {
		t.Errorf("for less than is asked: %v", err)
	}
	if _, err := c.Register(t.Context(), wire.Limit{MaxFee: "much"}, nil); wire.CodeOf(err) != wire.CodeInvalid {
		t.Error(err)
	}
	if paid, err := c.Register(t.Context(), wire.Limit{MaxFee: "0.02"}, nil); err != nil || paid.Block == 0 {
		t.Errorf("%+v, %v", paid, err)
	}
}

func TestWithdrawDeposit(t *testing.T) {
	n := ready(t)
	_, dir, _ := serve(t, n)
	c, ctx, to := dial(t, dir), t.Context(), apitest.Key(9).Address().String()
	for _, bad := range []wire.WithdrawDeposit{{Amount: "0", To: to}, {Amount: "every", To: to}, {Amount: "1", To: "0x00"}, {Amount: "1", To: to[:41] + "g"}} {
		if _, err := c.WithdrawDeposit(ctx, bad, nil); wire.CodeOf(err) != wire.CodeInvalid {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	quote, err := c.Quote(ctx, wire.QuoteRequest{Operation: node.OpWithdrawDeposit, Amount: wire.All, To: to})
	if err != nil || quote.To != to || quote.Amount.Coins != "5" {
		t.Errorf("%+v, %v", quote, err)
	}
	if paid, err := c.WithdrawDeposit(ctx, wire.WithdrawDeposit{Amount: wire.All, To: to}, nil); err != nil || paid.Amount.Coins != "5" {
		t.Errorf("%+v, %v", paid, err)
	}
}

func TestClientWithoutNode(t *testing.T) {
	dir := t.TempDir()
	if _, err := client.New(dir, ""); !errors.Is(err, client.ErrNotRunning) {
		t.Errorf("no data: %v", err)
	}
	s, dir, _ := serve(t, apitest.New(0))
	c := dial(t, dir)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	// There is a token, but nobody who says where to send it.
	if _, err := client.New(dir, ""); !errors.Is(err, client.ErrNotRunning) {
		t.Errorf("a node that has ended: %v", err)
	}
	if _, err := c.Status(t.Context()); !errors.Is(err, client.ErrNotRunning) {
		t.Errorf("a node that has ended: %v", err)
	}
	for _, addr := range []string{"192.0.2.1:4050", "example.com:4050", "127.0.0.1"} {
		if _, err := client.New(dir, addr); err == nil {
			t.Errorf("the client would send its token to %s", addr)
		}
	}
}

// What is not a node, or a node that dies, is an error and never a result.
func TestClientOfBrokenServers(t *testing.T) {
	stream := "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
	for name, c := range map[string]struct {
		answer string
		cut    bool
	}{
		"nothing":              {"", false},
		"not HTTP":             {"hello\r\n", false},
		"redirect":             {"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n", false},
		"page":                 {"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello", false},
		"stream without end":   {stream + "event: progress\ndata: {\"step\":\"find\"}\n\n", true},
		"result cut in an end": {stream + "event: result\ndata: {\"id\":\"1\"}\n", true},
		"result of no JSON":    {stream + "event: result\ndata: {\n\n", false},
		"unknown event only":   {stream + "event: news\ndata: {}\n\n", true},
	} {
		t.Run(name, func(t *testing.T) {
			dir, addr := t.TempDir(), answerOnce(t, c.answer)
			if err := os.WriteFile(filepath.Join(dir, api.TokenFile), []byte("token"), 0o600); err != nil {
				t.Fatal(err)
			}
			cl, err := client.New(dir, addr)
			if err != nil {
				t.Fatal(err)
			}
			defer cl.Close()
			session, err := cl.Connect(t.Context(), wire.Connect{}, nil)
			if err == nil || c.cut != errors.Is(err, client.ErrCut) {
				t.Fatalf("got %+v, %v", session, err)
			}
		})
	}
}

// answerOnce sends raw bytes to whoever connects first, after its request's header.
func answerOnce(t *testing.T, answer string) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		buf := make([]byte, 64<<10)
		_, _ = conn.Read(buf) // whatever the request is
		_, _ = conn.Write([]byte(answer))
		// The client must see the end of the stream, not a reset because of an unread body.
		_ = conn.(*net.TCPConn).CloseWrite()
		_, _ = conn.Read(buf)
		_ = conn.Close()
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().String()
}

// Codes survive the trip, and what is no problem document stays an error that says what came.
func TestProblemCode(t *testing.T) {
	for want, p := range map[string]*wire.Problem{
		wire.CodeFunds:    {Type: wire.ProblemPrefix + wire.CodeFunds, Status: http.StatusPaymentRequired},
		wire.CodeInvalid:  {Status: http.StatusUnprocessableEntity},
		wire.CodeInternal: {Status: http.StatusBadGateway, Title: "502 Bad Gateway"},
	} {
		if got := wire.CodeOf(p); got != want {
			t.Errorf("%+v: code %q, want %q", p, got, want)
		}
	}
	if got := wire.CodeOf(errors.New("x")); got != "" {
		t.Errorf("a plain error has code %q", got)
	}
}
