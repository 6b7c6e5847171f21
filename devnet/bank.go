package devnet

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/params"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
)

// Deployment says what to deploy and where.
type Deployment struct {
	Name string // of the network
	RPC  string
	Key  *identity.Key // pays the gas
	// Coin is an ERC-20 with permit to use; zero deploys a test coin.
	Coin identity.Address
	// Treasury gets the network fees; zero is the key's address.
	Treasury identity.Address
	// FeePerMyriad is the network fee in 1/10,000 of what is withdrawn.
	FeePerMyriad int
	UnlockDelay  time.Duration
	// Bond is what the network asks of who announces; zero asks for nothing.
	Bond money.Amount
}

// Deploy puts the contracts on a chain and returns a network without hubs.
func Deploy(ctx context.Context, d Deployment) (*chain.Network, error) {
	teller, err := newTeller(ctx, d.RPC, d.Key)
	if err != nil {
		return nil, fmt.Errorf("deploy: %w", err)
	}
	defer teller.client.Close()
	return teller.deploy(ctx, d)
}

// deploy is [Deploy] by the teller, whose endpoint and key are the deployment's.
func (t *teller) deploy(ctx context.Context, d Deployment) (*chain.Network, error) {
	if d.Treasury.IsZero() {
		d.Treasury = d.Key.Address()
	}
	before, err := t.client.BlockNumber(ctx)
	if err != nil {
		return nil, fmt.Errorf("deploy: %w", err)
	}
	opts, err := t.opts(ctx)
	if err != nil {
		return nil, fmt.Errorf("deploy: %w", err)
	}
	at, err := contracts.Deploy(ctx, t.client, opts, contracts.Config{
		Coin: common.Address(d.Coin), Treasury: common.Address(d.Treasury),
		FeePerMyriad: d.FeePerMyriad, UnlockDelay: d.UnlockDelay, Bond: uint64(d.Bond),
	})
	if err != nil {
		return nil, fmt.Errorf("deploy: %w", err)
	}
	return &chain.Network{
		Name: d.Name, ChainID: t.chainID.Uint64(), RPC: []string{d.RPC}, Bond: d.Bond,
		Hubs:      []chain.Hub{}, // a list to add to
		FromBlock: before,        // a little early, so that a reorganisation cannot move the deployment before it
		Contracts: chain.Contracts{
			Coin: identity.Address(at.Coin), Registry: identity.Address(at.Registry), Payments: identity.Address(at.Payments),
		},
	}, nil
}

// ReadKey reads a private key, 64 hexadecimal digits with or without 0x, from a file.
func ReadKey(path string) (*identity.Key, error) {
	content, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	secret, err := hex.DecodeString(strings.TrimPrefix(strings.TrimSpace(string(content)), "0x"))
	if err != nil {
		return nil, fmt.Errorf("key file %s: want 64 hexadecimal digits", path)
	}
	key, err := identity.KeyFromBytes(secret)
	if err != nil {
		return nil, fmt.Errorf("key file %s: %w", path, err)
	}
	return key, nil
}

// teller sends transactions of one key.
type teller struct {
	client  *ethclient.Client
	chainID *big.Int
	key     *identity.Key

	mu    sync.Mutex // held from the choice of a nonce until its transaction is sent
	nonce uint64     // above all that this teller has used; the endpoint may not know yet
}

func newTeller(ctx context.Context, rpc string, key *identity.Key) (*teller, error) {
	client, err := ethclient.DialContext(ctx, rpc)
	if err != nil {
		return nil, fmt.Errorf("chain: %w", err)
	}
	id, err := client.ChainID(ctx)
	if err != nil {
		client.Close()
		return nil, fmt.Errorf("chain: %w", err)
	}
	return &teller{client: client, chainID: id, key: key}, nil
}

// opts are for the next transaction.
func (t *teller) opts(ctx context.Context) (*bind.TransactOpts, error) {
	pending, err := t.client.PendingNonceAt(ctx, common.Address(t.key.Address()))
	if err != nil {
		return nil, err
	}
	opts := bind.NewKeyedTransactor(t.key.ECDSA(), t.chainID)
	opts.Context, opts.Nonce = ctx, new(big.Int).SetUint64(max(pending, t.nonce))
	return opts, nil
}

// Bank hands out test coins and gas coins.
type Bank struct {
	*teller
	coin *bind.BoundContract
}

// NewBank opens a bank on the network's first endpoint with a key that has gas coins.
func NewBank(ctx context.Context, network *chain.Network, key *identity.Key) (*Bank, error) {
	t, err := newTeller(ctx, network.RPC[0], key)
	if err != nil {
		return nil, err
	}
	if t.chainID.Uint64() != network.ChainID {
		t.client.Close()
		return nil, fmt.Errorf("chain: the endpoint serves chain %s, the network file names %d", t.chainID, network.ChainID)
	}
	coin := contracts.NewTestCoin().Instance(t.client, common.Address(network.Contracts.Coin))
	return &Bank{teller: t, coin: coin}, nil
}

// Close closes the connection.
func (b *Bank) Close() { b.client.Close() }

// Give mints test coins for an address, sends it gas coins (ether counted like coins, in millionths),
// and waits until it has them.
func (b *Bank) Give(ctx context.Context, to identity.Address, coins, ether money.Amount) error {
	minted := b.send(ctx, coins > 0, func(opts *bind.TransactOpts) (*types.Transaction, error) {
		return bind.Transact(b.coin, opts, contracts.NewTestCoin().PackMint(common.Address(to), coins.Wei()))
	})
	sent := b.transfer(ctx, to, ether)
	if err := minted(); err != nil {
		return fmt.Errorf("mint: %w", err)
	}
	if err := sent(); err != nil {
		return fmt.Errorf("send gas coins: %w", err)
	}
	return nil
}

// send sends a transaction, when it is wanted, and returns a wait until it is mined.
func (t *teller) send(ctx context.Context, wanted bool, submit func(*bind.TransactOpts) (*types.Transaction, error)) (mined func() error) {
	if !wanted {
		return func() error { return nil }
	}
	tx, err := t.submit(ctx, submit)
	return func() error { return t.settle(ctx, tx, err) }
}

func (t *teller) submit(ctx context.Context, submit func(*bind.TransactOpts) (*types.Transaction, error)) (*types.Transaction, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	opts, err := t.opts(ctx)
	if err != nil {
		return nil, err
	}
	tx, err := submit(opts)
	if err == nil {
		t.nonce = tx.Nonce() + 1
	}
	return tx, err
}

func (t *teller) settle(ctx context.Context, tx *types.Transaction, err error) error {
	if err != nil {
		return err
	}
	receipt, err := bind.WaitMined(ctx, t.client, tx.Hash())
	if err != nil {
		return err
	}
	if receipt.Status != types.ReceiptStatusSuccessful {
		return errors.New("transaction " + tx.Hash().Hex() + " failed")
	}
	return nil
}

// transfer sends gas coins, if any, and returns a wait until that is mined.
func (t *teller) transfer(ctx context.Context, to identity.Address, ether money.Amount) (mined func() error) {
	return t.send(ctx, ether > 0, func(opts *bind.TransactOpts) (*types.Transaction, error) {
		opts.Value, opts.GasLimit = ether.Wei(), params.TxGas
		return bind.Transact(bind.NewBoundContract(common.Address(to), abi.ABI{}, t.client, t.client, t.client), opts, nil)
	})
}

// clearings lists the transactions that cleared promises to a provider, oldest first.
func (b *Bank) clearings(ctx context.Context, payments, provider identity.Address) ([]string, error) {
	binding := contracts.NewPayments()
	events := binding.GetABI().Events
	logs, err := b.client.FilterLogs(ctx, ethereum.FilterQuery{
		Addresses: []common.Address{common.Address(payments)},
		Topics: [][]common.Hash{{
			events[contracts.PaymentsClearedEventName].ID, events[contracts.PaymentsClearedPackedEventName].ID,
		}},
	})
	if err != nil {
		return nil, fmt.Errorf("read clearings: %w", err)
	}
	var found []string
	for i := range logs {
		log := &logs[i]
		// Both name the provider last.
		if who := log.Topics[len(log.Topics)-1]; who == common.BytesToHash(provider[:]) {
			found = append(found, log.TxHash.Hex())
		}
	}
	return found, nil
}
