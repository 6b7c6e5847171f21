package discovery

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/record"
)

// Every filter and every page: what the directory finds is what a plain loop over all proposals finds.
func TestSearchMatchesPlainLoop(t *testing.T) {
	w := newWorld(t)
	var all []market.Signed
	for i := range 60 {
		p := proposal(func(p *market.Proposal) {
			p.ServiceType = []string{"wireguard", "openvpn"}[i%2]
			p.Country = []string{"DE", "FR", "US"}[i%3]
			p.Price = money.Price{PerGiB: money.Amount(i % 5), PerHour: money.Amount(i % 4)}
			p.Bandwidth = uint64(i % 7)
		})
		s := sign(t, byte(1+i/8), p, record.NewStamp(uint8(i%8), epoch, time.Hour))
		all = append(all, s)
		w.announce(encode(t, s.Record), nil)
	}
	rapid.Check(t, func(rt *rapid.T) {
		filter := market.Filter{
			ServiceType:  rapid.SampledFrom([]string{"", "wireguard", "openvpn", "none"}).Draw(rt, "service"),
			Country:      rapid.SampledFrom([]string{"", "DE", "FR", "ZW"}).Draw(rt, "country"),
			MeteringUnit: rapid.SampledFrom([]string{"", market.UnitGiB, market.UnitHour}).Draw(rt, "unit"),
			MinBandwidth: rapid.Uint64Range(0, 7).Draw(rt, "bandwidth"),
		}
		if rapid.Bool().Draw(rt, "capped") {
			gib, hour := money.Amount(rapid.Uint64Range(0, 5).Draw(rt, "GiB")), money.Amount(rapid.Uint64Range(0, 4).Draw(rt, "hour"))
			filter.MaxPricePerGiB, filter.MaxPricePerHour = &gib, &hour
		}
		if rapid.Bool().Draw(rt, "one provider") {
			filter.Provider = key(t, byte(rapid.IntRange(1, 9).Draw(rt, "provider"))).Address()
		}
		var want, got [][32]byte
		sorted := slices.Clone(all)
		slices.SortFunc(sorted, market.Cheapest(filter.MeteringUnit))
		for _, s := range sorted {
			if filter.Match(s.Proposal) {
				want = append(want, s.Hash())
			}
		}
		size := rapid.IntRange(1, 70).Draw(rt, "page")
		for cursor := ""; ; {
			page, err := w.dir.Search(t.Context(), filter, cursor, size)
			if err != nil {
				rt.Fatal(err)
			}
			if len(page.Offers) > size {
				rt.Fatalf("page of %d, want at most %d", len(page.Offers), size)
			}
			for _, offer := range page.Offers {
				r, err := record.Decode(offer.Record)
				if err != nil {
					rt.Fatal(err)
				}
				got = append(got, r.Hash())
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		if !slices.Equal(got, want) {
			rt.Fatalf("%+v: found %d, want %d", filter, len(got), len(want))
		}
	})
}

func TestSearchRefusesNonsense(t *testing.T) {
	w := newWorld(t)
	if _, err := w.dir.Search(t.Context(), market.Filter{Country: "XX"}, "", 10); !errors.Is(err, market.ErrFilter) {
		t.Errorf("unknown country: %v", err)
	}
	lineEnds := strings.Repeat("\n", base64.RawURLEncoding.EncodedLen(cursorSize))
	for _, cursor := range []string{"x", "!!!", string(make([]byte, 86)), lineEnds} {
		if _, err := w.dir.Search(t.Context(), market.Filter{}, cursor, 10); !errors.Is(err, ErrCursor) {
			t.Errorf("cursor %q: %v", cursor, err)
		}
	}
}

func FuzzParseCursor(f *testing.F) {
	f.Add("")
	f.Add(formatCursor(market.RankOf(proposal(), [32]byte{1}, market.UnitGiB)))
	f.Add("AAAA")
	f.Add(strings.Repeat("AAAA\r\n", 86)[:86])
	f.Fuzz(func(t *testing.T, s string) {
		if rank, err := parseCursor(s); err == nil && rank != nil && formatCursor(*rank) != s {
			t.Fatalf("%q reads as %+v, which prints as %q", s, rank, formatCursor(*rank))
		}
	})
}
