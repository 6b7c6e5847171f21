package main

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/params"
)

// The design weighs storage against calldata by these prices. Where go-ethereum changes one, this fails, and the
// goals need another look.
func TestPricesOfBothSchedules(t *testing.T) {
	want := map[string]price{
		"Osaka":     {newSlot: 22_100, rewrite: 5_000, read: 2_100, account: 2_600, warm: 100, refund: 4_800},
		"Amsterdam": {newSlot: 110_020, rewrite: 12_100, read: 2_100, account: 3_000, warm: 100, refund: 11_616},
	}
	base := map[string]uint64{"Osaka": 21_000, "Amsterdam": 15_000} // of a call to a contract
	for _, s := range schedules() {
		m, err := newMachine(s)
		if err != nil {
			t.Fatal(err)
		}
		if got := prices(m.rules()); got != want[s.name] {
			t.Errorf("%s: prices %+v, want %+v", s.name, got, want[s.name])
		}
		to := common.Address{1}
		intrinsic, err := core.IntrinsicGas([]byte{0, 1}, nil, nil, operator, &to, nil, m.rules())
		if want := base[s.name] + 4 + 16; err != nil || intrinsic != want {
			t.Errorf("%s: intrinsic gas %d, %v, want %d", s.name, intrinsic, err, want)
		}
	}
	if params.EcrecoverGas != 3_000 || params.Keccak256Gas != 30 || params.Keccak256WordGas != 6 ||
		params.LogGas != 375 || params.LogTopicGas != 375 || params.LogDataGas != 8 {
		t.Error("signatures, hashes or logs cost something else now")
	}
}

// What the machine charges for one storage slot is what the prices say, so that the constants are those that count.
func TestMachineChargesThePrices(t *testing.T) {
	for _, s := range schedules() {
		m, err := newMachine(s)
		if err != nil {
			t.Fatal(err)
		}
		p := prices(m.rules())
		// PUSH0 CALLDATALOAD PUSH1 7 SSTORE: two pushes and a load beside the write
		store := []byte{byte(vm.PUSH0), byte(vm.CALLDATALOAD), byte(vm.PUSH1), 7, byte(vm.SSTORE)}
		const others = 2 + 3 + 3
		at := common.Address{0xaa}
		m.state.SetCode(at, store, 0)
		for i, c := range []struct {
			word byte
			want uint64
		}{{1, p.newSlot}, {2, p.rewrite}, {3, p.rewrite}} {
			data := make([]byte, 32)
			data[31] = c.word
			used, _, err := m.run(operator, &at, data)
			if err != nil {
				t.Fatal(err)
			}
			intrinsic, err := core.IntrinsicGas(data, nil, nil, operator, &at, nil, m.rules())
			if err != nil {
				t.Fatal(err)
			}
			if got := used - intrinsic - others; got != c.want {
				t.Errorf("%s: write %d costs %d, want %d", s.name, i, got, c.want)
			}
		}
	}
}

// Every row of the design's table is measured, above its floor, and no goal is missed.
func TestGoals(t *testing.T) {
	for _, s := range schedules() {
		rows, err := measure(s)
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		if len(rows) != 13 {
			t.Fatalf("%s: %d rows", s.name, len(rows))
		}
		for _, r := range rows {
			if r.missed() || r.used <= r.floor {
				t.Errorf("%s: %+v", s.name, r)
			}
		}
	}
	if r := (row{used: 102, goal: 100}); !r.missed() {
		t.Error("2 % above the goal passes")
	}
}
