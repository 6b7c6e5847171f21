package devnet

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/relay"
)

// minPromises is how many promises the demo's session must at least have taken.
const minPromises = 6

// announceTimeout is how long the demo waits until the hub lists the provider.
const announceTimeout = 30 * time.Second

// clearTimeout is how long the demo waits until the provider's clearing is mined.
const clearTimeout = 30 * time.Second

// Report is the outcome of the demo. Amounts are units, millionths of a coin, and all of them were read
// back from the chain.
type Report struct {
	Driver           string          `json:"driver"`
	DirectAddress    string          `json:"direct_address"`
	ExitAddress      string          `json:"exit_address"`
	BytesFetched     int64           `json:"bytes_fetched"`
	Promises         uint64          `json:"promises"`
	ConsumerSpent    money.Amount    `json:"consumer_spent"`
	ProviderReceived money.Amount    `json:"provider_received"`
	NetworkFee       money.Amount    `json:"network_fee"`
	ClearingTx       string          `json:"clearing_tx"`
	RPCURL           string          `json:"rpc_url"`
	Contracts        chain.Contracts `json:"contracts"`
	Steps            []Step          `json:"steps"`
}

// demo is one run of the script.
type demo struct {
	*script
	network *Network
	client  *chain.Client
	ledger  *chain.Payments
	report  Report
	offer   wire.Proposal
	session wire.Session
	before  holdings
}

// Demo starts a network, buys a session on it, and checks the bill against the chain. It tells out what
// it does. The network is the caller's to close; when a step fails it is closed already.
func Demo(ctx context.Context, cfg Config, out io.Writer) (Report, *Network, error) {
	d := &demo{script: &script{out: out}}
	_, _ = fmt.Fprintln(out, "myst demo: a consumer buys private network access from a provider; nobody trusts anybody.")
	err := d.run(ctx, "start", func(ctx context.Context) (string, error) {
		var err error
		d.network, err = Start(ctx, cfg, func(what string) { d.progress("%s", what) })
		if err != nil {
			return "", err
		}
		return "chain, hub, provider, consumer and a web server run", nil
	})
	if err != nil {
		return d.report, nil, err
	}
	if err = d.play(ctx); err != nil {
		return d.report, nil, errors.Join(err, d.network.Close())
	}
	d.report.Steps = d.steps
	return d.report, d.network, nil
}

// play runs the steps on the started network.
func (d *demo) play(ctx context.Context) error {
	var err error
	d.client, err = chain.NewClient(chain.ClientConfig{URLs: []string{d.network.Chain.URL()}, ChainID: d.network.Info.ChainID})
	if err != nil {
		return err
	}
	defer func() { _ = d.client.Close() }() // only read
	d.ledger = chain.NewPayments(d.client, d.network.Info.Contracts)
	d.report.RPCURL, d.report.Contracts = d.network.Chain.URL(), d.network.Info.Contracts
	before := []namedStep{
		{"register", d.register}, {"deposit", d.deposit}, {"announce", d.announce}, {"find", d.find},
	}
	after := []namedStep{
		{"fetch direct", d.fetchDirect}, {"fetch tunnel", d.fetchTunnel}, {"fetch 64 MiB", d.fetchBlob},
		{"close", d.close}, {"clear", d.clear}, {"withdraw", d.withdraw}, {"collect", d.collect}, {"bill", d.bill},
	}
	if err := d.each(ctx, before); err != nil {
		return err
	}
	if err := d.connect(ctx); err != nil {
		return err
	}
	return d.each(ctx, after)
}

type namedStep struct {
	name string
	do   func(context.Context) (string, error)
}

func (d *demo) each(ctx context.Context, steps []namedStep) error {
	for _, s := range steps {
		if err := d.run(ctx, s.name, s.do); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) told(p wire.Progress) { d.progress("%s: %s", p.Step, p.Detail) }

func (d *demo) consumer() *Participant { return d.network.Consumer[0] }
func (d *demo) provider() *Participant { return d.network.Provider[0] }

func (d *demo) register(ctx context.Context) (string, error) {
	err := d.network.each(ctx, d.network.admit)
	return fmt.Sprintf("consumer %s, provider %s", d.consumer().Address, d.provider().Address), err
}

func (d *demo) deposit(ctx context.Context) (string, error) {
	err := d.network.each(ctx, func(ctx context.Context, p *Participant) error {
		_, err := p.API.Deposit(ctx, wire.Deposit{Amount: money.Amount(Bond).String()}, nil)
		return err
	})
	if err != nil {
		return "", err
	}
	d.before, err = d.hold(ctx)
	return fmt.Sprintf("%s coins each: the consumer's to spend, the provider's as a bond", money.Amount(Bond)), err
}

func (d *demo) announce(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, announceTimeout)
	defer cancel()
	for {
		status, err := d.provider().API.Status(ctx)
		if err != nil {
			return "", err
		}
		if len(status.Providing) == 1 && status.Providing[0].Announced {
			s := status.Providing[0]
			return fmt.Sprintf("%s in %s, %s coins per GiB, %s per hour and %s a session",
				s.ServiceType, s.Country, s.Price.PerGiB.Coins, s.Price.PerHour.Coins, s.SetupCharge.Coins), nil
		}
		select {
		case <-ctx.Done():
			return "", fmt.Errorf("not announced: %+v: %w", status.Providing, ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (d *demo) find(ctx context.Context) (string, error) {
	found, err := d.consumer().API.Proposals(ctx, wire.Filter{Country: d.network.cfg.Country, Provider: d.provider().Address.String()})
	if err != nil {
		return "", err
	}
	if len(found.Proposals) != 1 {
		return "", fmt.Errorf("%d proposals by the provider, want 1", len(found.Proposals))
	}
	d.offer = found.Proposals[0]
	return "proposal " + d.offer.Hash[:16] + "…, its signature verified", nil
}

// connect negotiates, locks and brings the tunnel up. One request does it all; the provider's acceptance,
// as its progress tells it, ends the step "negotiate".
func (d *demo) connect(ctx context.Context) error {
	accepted, done := make(chan struct{}), make(chan error, 1)
	told := func(p wire.Progress) {
		d.told(p)
		if p.Step == "lock" {
			select {
			case <-accepted:
			default:
				close(accepted)
			}
		}
	}
	connect := func() {
		var err error
		d.session, err = d.consumer().API.Connect(ctx, wire.Connect{Filter: wire.Filter{Provider: d.offer.Provider}}, told)
		done <- err
	}
	err := d.run(ctx, "negotiate", func(context.Context) (string, error) {
		go connect()
		select {
		case <-accepted:
			return "the provider accepts", nil
		case err := <-done:
			return "", errors.Join(errors.New("the provider did not accept"), err)
		}
	})
	if err != nil {
		return err
	}
	return d.run(ctx, "connect", func(context.Context) (string, error) {
		err := <-done
		d.report.Driver = d.session.ServiceType
		return "the lock is confirmed, the tunnel is up, SOCKS5 on " + d.session.ProxyAddr, err
	})
}

// through returns an HTTP client whose requests take the tunnel; names would be resolved at its far end.
func (d *demo) through() *http.Client {
	proxy := &url.URL{Scheme: "socks5h", Host: d.session.ProxyAddr}
	return &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(proxy), DisableKeepAlives: true}}
}

func (d *demo) fetchDirect(ctx context.Context) (string, error) {
	var err error
	direct := &http.Client{Transport: &http.Transport{DialContext: (&net.Dialer{}).DialContext, DisableKeepAlives: true}}
	d.report.DirectAddress, err = FetchAddress(ctx, direct, d.network.Web.URL())
	return "the web server sees " + d.report.DirectAddress, err
}

func (d *demo) fetchTunnel(ctx context.Context) (string, error) {
	var err error
	d.report.ExitAddress, err = FetchAddress(ctx, d.through(), d.network.Web.URL())
	if err == nil && d.report.ExitAddress != d.network.cfg.ExitSource.String() {
		err = fmt.Errorf("the web server sees %q, want the provider's %s", d.report.ExitAddress, d.network.cfg.ExitSource)
	}
	return "the web server sees " + d.report.ExitAddress + ", the provider's", err
}

func (d *demo) fetchBlob(ctx context.Context) (string, error) {
	var err error
	start := time.Now()
	d.report.BytesFetched, err = FetchBlob(ctx, d.through(), d.network.Web.URL(), func(n int64) {
		if n%(16<<20) == 0 && n > 0 {
			d.progress("%d MiB", n>>20)
		}
	})
	rate := float64(d.report.BytesFetched) / (1 << 20) / time.Since(start).Seconds()
	return fmt.Sprintf("%d bytes, every one checked, %.0f MiB/s, paid promise by promise", d.report.BytesFetched, rate), err
}

func (d *demo) close(ctx context.Context) (string, error) {
	ended, err := d.consumer().API.Disconnect(ctx, d.session.ID, d.told)
	if err != nil {
		return "", err
	}
	d.session, d.report.Promises = ended, ended.Promises
	if ended.Promises < minPromises {
		return "", fmt.Errorf("%d promises were made, want at least %d", ended.Promises, minPromises)
	}
	return fmt.Sprintf("%d promises for %s coins: the set-up charge, %.1f MiB and %.0f s; ended: %s", ended.Promises, ended.Promised.Coins,
		float64(ended.Sent+ended.Received)/(1<<20), ended.Ended.Sub(ended.Started).Seconds(), ended.Reason), nil
}

// clear waits until the provider, by itself, has claimed what the session promised, and finds the
// transaction on chain.
func (d *demo) clear(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, clearTimeout)
	defer cancel()
	for {
		found, err := d.network.bank.clearings(ctx, d.network.Info.Contracts.Payments, d.provider().Address)
		if err != nil {
			return "", err
		}
		if len(found) > 0 {
			d.report.ClearingTx = found[0]
			return "on chain in transaction " + short(found[0]), nil
		}
		select {
		case <-ctx.Done():
			return "", fmt.Errorf("the provider has not cleared: %w", ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (d *demo) withdraw(ctx context.Context) (string, error) {
	paid, err := d.provider().API.Withdraw(ctx, wire.Limit{}, d.told)
	return fmt.Sprintf("%s coins to the provider, %s network fee", paid.Amount.Coins, paid.Fee.Coins), err
}

// collect has the hub send the network's fees to the treasury; anybody may ask for it.
func (d *demo) collect(ctx context.Context) (string, error) {
	ticket, err := d.network.relayer.Submit(ctx, relay.Collect())
	for err == nil && ticket.State != relay.StateMined {
		if ticket.State == relay.StateFailed {
			return "", errors.New(ticket.Reason)
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
		ticket, err = d.network.relayer.Status(ctx, ticket.ID)
	}
	return "fees to the treasury in transaction " + short(ticket.Transaction), err
}

func short(hash string) string {
	if len(hash) < 14 {
		return hash
	}
	return hash[:14] + "…"
}

// holdings is who owns what, as the chain tells it.
type holdings struct {
	consumer, provider, treasury money.Amount
}

// hold reads the holdings: the consumer's deposit with what is locked and not cleared, the provider's
// coins, the treasury's coins.
func (d *demo) hold(ctx context.Context) (h holdings, err error) {
	if h.consumer, err = deposited(ctx, d.ledger, d.consumer().Address); err != nil {
		return h, err
	}
	if h.provider, err = d.ledger.CoinBalance(ctx, d.provider().Address); err != nil {
		return h, err
	}
	treasury, err := d.ledger.Treasury(ctx)
	if err != nil {
		return h, err
	}
	h.treasury, err = d.ledger.CoinBalance(ctx, treasury)
	return h, err
}

// deposited is a consumer's deposit with what is locked and not cleared.
func deposited(ctx context.Context, ledger *chain.Payments, consumer identity.Address) (money.Amount, error) {
	sum, err := ledger.Balance(ctx, consumer)
	for id := range uint8(intent.Channels) {
		if err != nil {
			break
		}
		var c chain.Channel
		c, err = ledger.Channel(ctx, consumer, id, 0)
		sum += c.Locked.SaturatingSub(c.Cleared)
	}
	return sum, err
}

// bill reads the chain again and checks that what the consumer lost is what the others won.
func (d *demo) bill(ctx context.Context) (string, error) {
	after, err := d.hold(ctx)
	if err != nil {
		return "", err
	}
	r := &d.report
	r.ConsumerSpent = d.before.consumer.SaturatingSub(after.consumer)
	r.ProviderReceived = after.provider.SaturatingSub(d.before.provider)
	r.NetworkFee = after.treasury.SaturatingSub(d.before.treasury)
	tx, err := hex.DecodeString(strings.TrimPrefix(r.ClearingTx, "0x"))
	if err != nil || len(tx) != 32 {
		return "", fmt.Errorf("clearing transaction %q", r.ClearingTx)
	}
	did, err := d.ledger.Effects(ctx, [32]byte(tx))
	switch {
	case err != nil:
		return "", err
	case did.Cleared != r.ConsumerSpent || uint64(did.Cleared) != d.session.Promised.Units:
		return "", fmt.Errorf("cleared %s, spent %s, promised %s", did.Cleared, r.ConsumerSpent, d.session.Promised.Coins)
	case r.NetworkFee == 0:
		return "", errors.New("no network fee was taken")
	case r.ConsumerSpent != r.ProviderReceived+r.NetworkFee:
		return "", fmt.Errorf("spent %s ≠ received %s + fee %s", r.ConsumerSpent, r.ProviderReceived, r.NetworkFee)
	}
	return fmt.Sprintf("consumer spent %s = provider received %s + network fee %s", r.ConsumerSpent, r.ProviderReceived, r.NetworkFee), nil
}
