package main

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
)

// endpoint serves a chain of registrations, spread evenly over its blocks.
type endpoint struct {
	config config
	keys   []identity.PublicKey
	before string // of every log: what is the same in all
}

func serveRegistrations(ctx context.Context, cfg config) error {
	if cfg.registrations < 1 || cfg.blocks < 1 {
		return errors.New("nothing to serve")
	}
	e := &endpoint{config: cfg, keys: make([]identity.PublicKey, cfg.registrations)}
	if err := makeKeys(e.keys); err != nil {
		return err
	}
	event := contracts.NewRegistry().GetABI().Events[contracts.RegistryRegisteredEventName]
	e.before = fmt.Sprintf(`{"address":%q,"removed":false,"transactionIndex":"0x0","topics":[%q,"0x000000000000000000000000`,
		common.Address(contract).Hex(), event.ID.Hex())
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: e, ReadHeaderTimeout: time.Minute}
	fmt.Printf("http://%s\n", listener.Addr())
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return server.Close()
	}
}

// makeKeys fills keys with public keys, on all cores.
func makeKeys(keys []identity.PublicKey) error {
	workers := runtime.NumCPU()
	errs := make([]error, workers)
	var making sync.WaitGroup
	for w := range workers {
		making.Go(func() {
			for i := w; i < len(keys); i += workers {
				key, err := identity.NewKey()
				if err != nil {
					errs[w] = err
					return
				}
				keys[i] = key.PublicKey()
			}
		})
	}
	making.Wait()
	return errors.Join(errs...)
}

// ServeHTTP answers what a follower asks.
func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var call struct {
		ID     json.RawMessage   `json:"id"`
		Method string            `json:"method"`
		Params []json.RawMessage `json:"params"`
	}
	if err := json.NewDecoder(r.Body).Decode(&call); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	result, err := e.answer(call.Method, call.Params)
	if err != nil {
		fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"error":{"code":-32005,"message":%q}}`, call.ID, err)
		return
	}
	fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"result":%s}`, call.ID, result)
}

func (e *endpoint) answer(method string, params []json.RawMessage) ([]byte, error) {
	switch {
	case method == "eth_chainId":
		return json.Marshal(hexutil.Uint64(chainID))
	case method == "eth_getBlockByNumber" && len(params) > 0:
		return e.block(params[0])
	case method == "eth_getLogs" && len(params) == 1:
		return e.logs(params[0])
	}
	return nil, errors.New("no such method")
}

// hashOf is the hash of a block.
func hashOf(number uint64) common.Hash {
	var h common.Hash
	binary.BigEndian.PutUint64(h[:], number+1)
	return crypto.Keccak256Hash(h[:])
}

func (e *endpoint) block(param json.RawMessage) ([]byte, error) {
	number := hexutil.Uint64(e.config.blocks)
	if string(param) != `"latest"` {
		if err := json.Unmarshal(param, &number); err != nil {
			return nil, err
		}
	}
	if uint64(number) > uint64(e.config.blocks) {
		return []byte("null"), nil
	}
	parent := common.Hash{}
	if number > 0 {
		parent = hashOf(uint64(number) - 1)
	}
	age := time.Duration(uint64(e.config.blocks)-uint64(number)) * 12 * time.Second
	return json.Marshal(map[string]any{
		"number": number, "hash": hashOf(uint64(number)), "parentHash": parent,
		"timestamp": hexutil.Uint64(time.Now().Add(-age).Unix()), // #nosec G115 -- now
	})
}

// firstOf is the first registration of a block; those of genesis are none.
func (e *endpoint) firstOf(block uint64) int {
	if block == 0 {
		return 0
	}
	return int((block - 1) * uint64(e.config.registrations) / uint64(e.config.blocks))
}

func (e *endpoint) logs(param json.RawMessage) ([]byte, error) {
	var query struct {
		FromBlock *hexutil.Uint64 `json:"fromBlock"`
		ToBlock   *hexutil.Uint64 `json:"toBlock"`
		Hash      *common.Hash    `json:"blockHash"`
	}
	if err := json.Unmarshal(param, &query); err != nil {
		return nil, err
	}
	var from, to uint64
	switch {
	case query.Hash != nil:
		for from = uint64(e.config.blocks); hashOf(from) != *query.Hash; from-- { // only the newest are asked for so
			if from == 0 {
				return nil, errors.New("unknown block")
			}
		}
		to = from
	case query.FromBlock != nil && query.ToBlock != nil:
		from, to = uint64(*query.FromBlock), min(uint64(*query.ToBlock), uint64(e.config.blocks))
	default:
		return nil, errors.New("no range")
	}
	if to < from || e.firstOf(to+1)-e.firstOf(from) > e.config.answer {
		return nil, fmt.Errorf("query returned more than %d results", e.config.answer)
	}
	out := []byte{'['}
	for block := from; block <= to; block++ {
		out = e.appendBlock(out, block)
	}
	if len(out) > 1 {
		out = out[:len(out)-1] // the last comma
	}
	return append(out, ']'), nil
}

// appendBlock appends the logs of a block, with a comma behind each.
func (e *endpoint) appendBlock(out []byte, block uint64) []byte {
	if block == 0 {
		return out
	}
	hash := hashOf(block)
	first := e.firstOf(block)
	for i := first; i < e.firstOf(block+1); i++ {
		address := e.keys[i].Address()
		out = append(out, e.before...)
		out = hex.AppendEncode(out, address[:])
		out = append(out, `"],"data":"0x`...)
		out = hex.AppendEncode(out, e.keys[i][:])
		out = append(out, `","transactionHash":"0x`...)
		out = hex.AppendEncode(out, e.keys[i][:32]) // any hash would do
		out = append(out, `","blockHash":"0x`...)
		out = hex.AppendEncode(out, hash[:])
		out = fmt.Appendf(out, `","blockNumber":"0x%x","logIndex":"0x%x"},`, block, i-first)
	}
	return out
}
