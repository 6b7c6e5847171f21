package main

import (
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
)

// call is one transaction.
type call struct {
	from common.Address
	to   common.Address
	data []byte
}

// bench has the contracts on a chain, people with keys, and the rows measured so far.
type bench struct {
	*machine
	coin, registry, payments common.Address
	domain                   intent.Domain
	schedule                 int // which of a goal's two columns
	rows                     []row
	err                      error // the first; everything after it does nothing
}

const coins = 1_000_000 // units in a coin

// measure carries every row of the design's gas table out under one schedule.
func measure(s schedule) ([]row, error) {
	m, err := newMachine(s)
	if err != nil {
		return nil, err
	}
	b := &bench{machine: m}
	if m.rules().IsAmsterdam {
		b.schedule = 1
	}
	b.deploy()
	b.deposits()
	b.locks()
	for i, size := range []int{1, 10, 100} {
		b.clearing(i, size)
	}
	b.withdrawal()
	b.relayed()
	return b.rows, b.err
}

var operator = common.Address{0x0b}

func key(n int) *identity.Key {
	k, err := identity.KeyFromBytes(common.LeftPadBytes(big.NewInt(int64(n)).Bytes(), 32))
	if err != nil {
		panic(err) // n is not zero
	}
	return k
}

func address(n int) common.Address { return common.Address(key(n).Address()) }

// do carries a call out that no row is about.
func (b *bench) do(from, to common.Address, data []byte) uint64 {
	if b.err != nil {
		return 0
	}
	used, _, err := b.run(from, &to, data)
	if err != nil {
		b.err = fmt.Errorf("call %#x: %w", data[:4], err)
	}
	return used
}

// row carries a call out and adds its row: its gas and its parts, the goals of each part in Osaka and Amsterdam, zero for
// none, and the floor.
func (b *bench) row(name string, parts uint64, goals [2]uint64, t touched, c call) {
	if b.err != nil {
		return
	}
	floor, err := b.floor(c, t)
	if err != nil {
		b.err = err
		return
	}
	used := b.do(c.from, c.to, c.data)
	b.rows = append(b.rows, row{name: name, used: used, parts: parts, goal: goals[b.schedule], floor: floor / parts})
}

func (b *bench) create(code string, arguments []byte) common.Address {
	if b.err != nil {
		return common.Address{}
	}
	_, at, err := b.run(operator, nil, append(common.FromHex(code), arguments...))
	if err != nil {
		b.err = fmt.Errorf("deploy: %w", err)
	}
	return at
}

func signed[T any](b *bench, value T, err error) T {
	if err != nil && b.err == nil {
		b.err = err
	}
	return value
}
