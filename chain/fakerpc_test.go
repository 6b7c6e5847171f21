package chain

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
)

const fakeChainID = 77

// fakeEndpoint serves a scripted chain by JSON-RPC, as far as a follower asks, in all the ways that an
// endpoint may be bad.
type fakeEndpoint struct {
	chain *scripted
	now   func() time.Time

	lag     uint64        // how many blocks it is behind
	maxSpan uint64        // refuses logs of more blocks; 0 refuses all ranges
	manner  string        // how it refuses: as an answer, by "status", by an answer that is too "long"
	age     time.Duration // of its newest header
	chainID uint64        // zero is fakeChainID
	// broken is what it does instead of answering: "dead", "500", "garbage", "null", "zero".
	broken string
	// forge changes logs before they are served.
	forge func([]types.Log) []types.Log
	// hook runs before each request is answered.
	hook func(method string)
}

// fakeNet is where fake endpoints are reached: a transport without sockets.
type fakeNet struct {
	mu    sync.Mutex
	hosts map[string]*fakeEndpoint
	asked map[string]int // requests by host and method
}

// RoundTrip implements [http.RoundTripper].
func (n *fakeNet) RoundTrip(r *http.Request) (*http.Response, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var call struct {
		ID     json.RawMessage
		Method string
		Params []json.RawMessage
	}
	if err := json.Unmarshal(body, &call); err != nil {
		return nil, err
	}
	n.asked[r.URL.Host+" "+call.Method]++
	e := n.hosts[r.URL.Host]
	status, reply := e.serve(call.Method, call.Params)
	if reply == nil {
		return nil, errors.New("connection refused")
	}
	text := bytes.ReplaceAll(reply, []byte(`"ID"`), call.ID)
	return &http.Response{
		StatusCode: status, Status: fmt.Sprint(status), Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(bytes.NewReader(text)), Request: r,
	}, nil
}

// serve returns an HTTP answer; no bytes are no answer.
func (e *fakeEndpoint) serve(method string, params []json.RawMessage) (int, []byte) {
	if e.hook != nil {
		e.hook(method)
	}
	switch e.broken {
	case "dead":
		return 0, nil
	case "500":
		return http.StatusInternalServerError, []byte("<html>sorry</html>")
	case "garbage":
		return http.StatusOK, []byte(`{"jsonrpc":"2.0","id":"ID","result":[{"number":"0x"},7`)
	case "null":
		return http.StatusOK, []byte(`{"jsonrpc":"2.0","id":"ID","result":null}`)
	case "zero":
		if method == "eth_getBlockByNumber" {
			return http.StatusOK, []byte(`{"jsonrpc":"2.0","id":"ID","result":{"number":"0xffffffffffffffff","hash":"` +
				common.Hash{}.Hex() + `","parentHash":"` + common.Hash{}.Hex() + `","timestamp":"0xffffffffffffffff"}}`)
		}
	}
	result, failure := e.answer(method, params)
	if failure != "" {
		switch e.manner {
		case "status":
			return http.StatusBadRequest, []byte(failure)
		case "long":
			return http.StatusOK, []byte(`{"jsonrpc":"2.0","id":"ID","result":"` + strings.Repeat("0", maxResponse) + `"}`)
		}
		return http.StatusOK, []byte(`{"jsonrpc":"2.0","id":"ID","error":{"code":-32005,"message":"` + failure + `"}}`)
	}
	text, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": "ID", "result": result})
	if err != nil {
		panic(err)
	}
	return http.StatusOK, text
}

func (e *fakeEndpoint) tip() uint64 {
	newest := uint64(len(e.chain.blocks)) - 1
	return newest - min(e.lag, newest)
}

func (e *fakeEndpoint) answer(method string, params []json.RawMessage) (result any, failure string) {
	switch method {
	case "eth_chainId":
		return hexutil.Uint64(max(e.chainID, fakeChainID)), ""
	case "eth_getBlockByNumber":
		number := hexutil.Uint64(e.tip())
		if string(params[0]) != `"latest"` && json.Unmarshal(params[0], &number) != nil {
			return nil, "bad number"
		}
		if uint64(number) > e.tip() {
			return nil, ""
		}
		behind := time.Duration(e.tip()-uint64(number)) * 12 * time.Second
		b := block{
			Number: number, Hash: e.chain.blocks[number].hash, Parent: e.chain.parent(uint64(number)),
			Time: hexutil.Uint64(e.now().Add(-e.age - behind).Unix()),
		}
		return b, ""
	case "eth_getLogs":
		return e.logs(params)
	}
	return nil, "no such method"
}

func (e *fakeEndpoint) logs(params []json.RawMessage) (result any, failure string) {
	var q struct {
		From, To hexutil.Uint64
		Hash     *common.Hash     `json:"blockHash"`
		FromText hexutil.Uint64   `json:"fromBlock"`
		ToText   hexutil.Uint64   `json:"toBlock"`
		Address  []common.Address `json:"address"`
	}
	if err := json.Unmarshal(params[0], &q); err != nil {
		return nil, "bad query"
	}
	served := *e.chain
	served.lag, served.maxSpan, served.hook = e.lag, e.maxSpan, nil
	query := ethereum.FilterQuery{Addresses: q.Address, BlockHash: q.Hash}
	if q.Hash == nil {
		query.FromBlock, query.ToBlock = number(uint64(q.FromText)), number(uint64(q.ToText))
	}
	logs, err := served.logs(nil, query) //nolint:staticcheck // nothing there waits
	if err != nil {
		return nil, err.Error()
	}
	if e.forge != nil {
		logs = e.forge(logs)
	}
	if logs == nil {
		logs = []types.Log{}
	}
	return logs, ""
}

// fakeClient makes a client of fake endpoints, best first.
func fakeClient(t require, now func() time.Time, endpoints ...*fakeEndpoint) (*Client, *fakeNet) {
	n := &fakeNet{hosts: make(map[string]*fakeEndpoint), asked: make(map[string]int)}
	var urls []string
	for i, e := range endpoints {
		host := fmt.Sprintf("endpoint%d.test", i+1)
		n.hosts[host] = e
		urls = append(urls, "http://"+host)
	}
	c, err := NewClient(ClientConfig{URLs: urls, ChainID: fakeChainID, Now: now})
	if err != nil {
		t.Fatalf("%v", err)
	}
	c.http.Transport = limited{n}
	return c, n
}

// fakeSetup is a chain of some blocks, with a log in each, behind as many endpoints as wanted.
func fakeSetup(t *testing.T, blocks, endpoints int) (*Client, *fakeNet, []*fakeEndpoint) {
	t.Helper()
	s := &scripted{}
	s.mine(0)
	for range blocks - 1 {
		s.mine(1)
	}
	var all []*fakeEndpoint
	for range endpoints {
		all = append(all, &fakeEndpoint{chain: s, now: time.Now, maxSpan: 1000})
	}
	c, n := fakeClient(t, time.Now, all...)
	t.Cleanup(func() { _ = c.Close() })
	return c, n, all
}
