package chain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"net/http"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
)

// maxResponse bounds what an endpoint can make us read in one answer, in bytes.
const maxResponse = 16 << 20

// errTooMuch says that an endpoint gives less at once than it was asked for, or that its answer is
// longer than maxResponse.
var errTooMuch = errors.New("too much for one request")

// limited is a transport whose answers end at maxResponse.
type limited struct{ http.RoundTripper }

func newLimited() limited {
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok { // a program replaced it
		transport = &http.Transport{Proxy: http.ProxyFromEnvironment}
	}
	return limited{transport.Clone()}
}

// RoundTrip implements [http.RoundTripper].
func (l limited) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := l.RoundTripper.RoundTrip(r)
	if err == nil {
		response.Body = struct {
			io.Reader
			io.Closer
		}{&bounded{response.Body, maxResponse}, response.Body}
	}
	return response, err
}

// bounded fails where io.LimitReader would end, so that a cut answer is not taken for a garbled one.
type bounded struct {
	from io.Reader
	left int
}

// Read implements [io.Reader].
func (b *bounded) Read(into []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooMuch
	}
	n, err := b.from.Read(into[:min(len(into), b.left)])
	b.left -= n
	return n, err
}

// block is the part of a block's header that we use. The hash is the endpoint's word: chains
// differ in the fields that it covers.
type block struct {
	Number  hexutil.Uint64 `json:"number"`
	Hash    common.Hash    `json:"hash"`
	Parent  common.Hash    `json:"parentHash"`
	Time    hexutil.Uint64 `json:"timestamp"`
	BaseFee *hexutil.Big   `json:"baseFeePerGas"`
}

func (b *block) head() Head {
	return Head{Number: uint64(b.Number), Hash: b.Hash, Time: time.Unix(int64(b.Time), 0)}
}

// errNotFound says that the endpoint has no such block, transaction or receipt.
var errNotFound = errors.New("not found")

// maxTime bounds the times of blocks, in seconds: what is later is no time.
const maxTime = 1 << 40

// readBlock returns the block with a number in hexadecimal, or "latest". Errors: ethereum.NotFound.
func readBlock(ctx context.Context, r *rpc.Client, number string) (*block, error) {
	var b *block
	if err := r.CallContext(ctx, &b, "eth_getBlockByNumber", number, false); err != nil {
		return nil, err
	}
	switch {
	case b == nil:
		return nil, ethereum.NotFound
	case b.Hash == (common.Hash{}) || b.Number > math.MaxInt64 || b.Time > maxTime ||
		b.Number > 0 && b.Parent == (common.Hash{}):
		return nil, errors.New("endpoint answered with something that is no block")
	}
	return b, nil
}

// latest returns the newest block.
func (c *Client) latest(ctx context.Context) (b *block, err error) {
	err = c.do(ctx, func(ctx context.Context, r *rpc.Client) error {
		b, err = readBlock(ctx, r, "latest")
		return err
	})
	return b, err
}

// ask is do with go-ethereum's client, for requests that it knows how to encode.
func (c *Client) ask(ctx context.Context, request func(context.Context, *ethclient.Client) error) error {
	return c.do(ctx, func(ctx context.Context, r *rpc.Client) error { return request(ctx, ethclient.NewClient(r)) })
}

// atBlock names the state that a call sees: a block number, or one of these.
type atBlock = *big.Int

var (
	atLatest  atBlock
	atPending atBlock = big.NewInt(int64(rpc.PendingBlockNumber))
)

// errNoCodeThen says that a contract was not there yet at an older block.
var errNoCodeThen = errors.New("the contract was not there yet")

// call runs a contract's code without a transaction. Errors: *RevertError, ErrNoContract.
func (c *Client) call(ctx context.Context, from, to identity.Address, data []byte, at atBlock) (result []byte, err error) {
	result, err = c.CallContract(ctx, callMsg(from, to, data), at)
	if err == nil && len(result) == 0 {
		// A contract that is there now was not at the block asked for: nothing had happened yet.
		if err = c.CheckContract(ctx, to); err == nil && at != atLatest && at != atPending {
			err = errNoCodeThen
		}
	}
	return result, err
}

// Simulate runs a call against the pending block, as the given sender, without sending it.
// Errors: *RevertError, ErrNoContract, ErrUnavailable.
func (c *Client) Simulate(ctx context.Context, from, to identity.Address, data []byte) error {
	if _, err := c.call(ctx, from, to, data, atPending); err != nil {
		return fmt.Errorf("simulate: %w", err)
	}
	return nil
}

func (c *Client) estimateGas(ctx context.Context, from, to identity.Address, data []byte) (gas uint64, err error) {
	msg := callMsg(from, to, data)
	err = c.ask(ctx, func(ctx context.Context, e *ethclient.Client) error {
		gas, err = e.EstimateGasAtBlock(ctx, msg, atPending)
		return err
	})
	return gas, err
}

func callMsg(from, to identity.Address, data []byte) ethereum.CallMsg {
	recipient := common.Address(to)
	return ethereum.CallMsg{From: common.Address(from), To: &recipient, Data: data}
}

// CheckContract returns nil if there is code at an address, else ErrNoContract.
func (c *Client) CheckContract(ctx context.Context, address identity.Address) error {
	code, err := c.CodeAt(ctx, common.Address(address), atLatest)
	if err != nil {
		return fmt.Errorf("look for contract %s: %w", address, err)
	}
	if len(code) == 0 {
		return fmt.Errorf("%w: %s on chain %d; is the network file for another chain?", ErrNoContract, address, c.cfg.ChainID)
	}
	return nil
}

// CodeAt returns the code at an address as of a block; nil is the newest.
func (c *Client) CodeAt(ctx context.Context, contract common.Address, at *big.Int) (code []byte, err error) {
	err = c.ask(ctx, func(ctx context.Context, e *ethclient.Client) error {
		code, err = e.CodeAt(ctx, contract, at)
		return err
	})
	return code, err
}

// CallContract runs a contract's code as of a block; nil is the newest.
func (c *Client) CallContract(ctx context.Context, msg ethereum.CallMsg, at *big.Int) (result []byte, err error) {
	err = c.ask(ctx, func(ctx context.Context, e *ethclient.Client) error {
		result, err = e.CallContract(ctx, msg, at)
		return err
	})
	return result, err
}

// CheckContracts returns nil if a network's contracts are those that this program was built with.
// Errors: ErrNoContract, ErrUnavailable.
func (c *Client) CheckContracts(ctx context.Context, at Contracts) error {
	err := contracts.Present(ctx, c, contracts.Addresses{
		Coin: common.Address(at.Coin), Registry: common.Address(at.Registry), Payments: common.Address(at.Payments),
	})
	if errors.Is(err, contracts.ErrAbsent) || errors.Is(err, contracts.ErrForeign) {
		return fmt.Errorf("%w: %w; is the network file for another chain?", ErrNoContract, err)
	}
	return err
}

// Balance returns an account's gas coins in wei.
func (c *Client) Balance(ctx context.Context, who identity.Address) (wei *big.Int, err error) {
	err = c.ask(ctx, func(ctx context.Context, e *ethclient.Client) error {
		wei, err = e.BalanceAt(ctx, common.Address(who), atLatest)
		return err
	})
	return wei, err
}

// revertCode is the JSON-RPC error code of a reverted call; https://eips.ethereum.org/EIPS/eip-1474
// leaves it open, all implementations use it.
const revertCode = 3

// translate makes a *RevertError of the chain's answer to a call that reverts, and errNotFound of none.
func translate(err error) error {
	if errors.Is(err, ethereum.NotFound) {
		return errNotFound
	}
	var answer rpc.Error
	if !errors.As(err, &answer) {
		return err
	}
	if answer.ErrorCode() != revertCode && !strings.Contains(answer.Error(), "execution reverted") {
		return err
	}
	revert := &RevertError{Reason: strings.TrimPrefix(answer.Error(), "execution reverted: ")}
	var detailed rpc.DataError
	if errors.As(err, &detailed) {
		if text, ok := detailed.ErrorData().(string); ok {
			if data, err := hexutil.Decode(text); err == nil {
				revert.Data = data
			}
		}
	}
	if reason := revertReason(revert.Data); reason != "" {
		revert.Reason = reason
	}
	return revert
}

func number(n uint64) *big.Int { return new(big.Int).SetUint64(n) }
