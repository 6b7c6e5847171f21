package market

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/internal/pb"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/record"
)

var update = flag.Bool("update", false, "write the vectors anew")

const broker = "nats://0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf@hub.example:4222"

var (
	now    = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	domain = identity.Domain{ChainID: 31337, Registry: identity.Address{0xaa}}
)

func testKey(t testing.TB, seed byte) *identity.Key {
	t.Helper()
	k, err := identity.KeyFromBytes(bytes.Repeat([]byte{seed}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func proposal() Proposal {
	return Proposal{
		ServiceType: "wireguard", Country: "DE", Price: money.Price{PerGiB: 50_000, PerHour: 10},
		SetupCharge: 7, Bandwidth: 100_000_000, Contacts: []Contact{{Type: ContactNATS, Address: broker}},
		KeyRecord: KeyHash([]byte("key")), Description: "Müller's exit",
	}
}

func sign(t testing.TB, p Proposal, stamp record.Stamp) Signed {
	t.Helper()
	s, err := Sign(testKey(t, 1), domain, p, stamp)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func encode(t testing.TB, s Signed) (raw, renewal []byte) {
	t.Helper()
	raw, renewal, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return raw, renewal
}

func TestSignAndParse(t *testing.T) {
	s := sign(t, proposal(), record.NewStamp(3, now, time.Hour))
	raw, renewal := encode(t, s)
	if renewal != nil {
		t.Fatal("renewal out of nowhere")
	}
	back, err := Parse(raw, nil, domain, now)
	if err != nil {
		t.Fatal(err)
	}
	want := proposal()
	want.Version, want.Provider = Version, testKey(t, 1).Address()
	if !reflect.DeepEqual(back.Proposal, want) || back.Hash() != s.Hash() || back.Record.Slot != 3 {
		t.Fatalf("got %+v", back)
	}
	if contact, ok := back.Proposal.Contact(ContactNATS); !ok || contact.Address != broker {
		t.Fatal("contact not found")
	}
	if _, ok := back.Proposal.Contact("p2p"); ok {
		t.Fatal("contact out of nowhere")
	}
	if _, err := Parse(raw, nil, identity.Domain{ChainID: 1, Registry: domain.Registry}, now); !errors.Is(err, identity.ErrSignature) {
		t.Errorf("proposal of another chain: %v", err)
	}
	if _, err := Parse(raw, nil, domain, now.Add(time.Hour)); !errors.Is(err, record.ErrExpired) {
		t.Errorf("expired proposal: %v", err)
	}
}

func TestSomebodyElsesProposal(t *testing.T) {
	p := proposal()
	p.Provider = testKey(t, 2).Address()
	if _, err := Sign(testKey(t, 1), domain, p, record.NewStamp(0, now, time.Hour)); !errors.Is(err, ErrProposal) {
		t.Errorf("signed for another: %v", err)
	}
	// The body names provider 2; provider 1 signs and sends the record.
	body := sign2(t).Record.Body
	r, err := record.Sign(testKey(t, 1), domain, record.KindProposal, record.NewStamp(0, now, time.Hour), body)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := FromRecord(r); !errors.Is(err, ErrProposal) {
		t.Errorf("proposal of another's: %v", err)
	}
}

func sign2(t testing.TB) Signed {
	t.Helper()
	s, err := Sign(testKey(t, 2), domain, proposal(), record.NewStamp(0, now, time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRecordsThatAreNoProposals(t *testing.T) {
	stamp := record.NewStamp(0, now, time.Hour)
	key, err := record.Sign(testKey(t, 1), domain, record.KindKey, stamp, []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := FromRecord(key); !errors.Is(err, ErrProposal) {
		t.Errorf("key: %v", err)
	}
	withdrawal, err := record.Sign(testKey(t, 1), domain, record.KindProposal, stamp, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := FromRecord(withdrawal); !errors.Is(err, ErrWithdrawn) {
		t.Errorf("withdrawal: %v", err)
	}
}

func TestRenewal(t *testing.T) {
	s := sign(t, proposal(), record.NewStamp(2, now, time.Hour))
	renew := func(key byte, of Signed, at time.Time) *record.Record {
		r, err := Renew(testKey(t, key), domain, of, record.NewStamp(0, at, now.Add(110*time.Minute).Sub(at)))
		if err != nil {
			t.Fatal(err)
		}
		return &r
	}
	later := now.Add(90 * time.Minute) // when only a renewal helps
	s.Renewal = renew(1, s, now.Add(50*time.Minute))
	raw, renewal := encode(t, s)
	back, err := Parse(raw, renewal, domain, later)
	if err != nil {
		t.Fatal(err)
	}
	if !back.ExpiresAt().Equal(now.Add(110 * time.Minute)) {
		t.Errorf("stands until %v", back.ExpiresAt())
	}
	if _, err := Parse(raw, nil, domain, later); !errors.Is(err, record.ErrExpired) {
		t.Errorf("without its renewal: %v", err)
	}
	if _, err := Parse(raw, renewal, domain, now.Add(3*time.Hour)); !errors.Is(err, record.ErrExpired) {
		t.Errorf("after its renewal: %v", err)
	}
	forged := *renew(1, s, now.Add(50*time.Minute))
	forged.Expires += 1000
	other := sign(t, proposal(), record.NewStamp(2, now.Add(time.Second), time.Hour))
	for name, bad := range map[string]*record.Record{
		"another proposal": renew(1, other, now.Add(50*time.Minute)),
		"another author":   renew(2, s, now.Add(50*time.Minute)),
		"forged":           &forged,
		"older":            renew(1, s, now.Add(-30*time.Minute)),
		"not a renewal":    &other.Record,
	} {
		s.Renewal = bad
		raw, renewal := encode(t, s)
		if _, err := Parse(raw, renewal, domain, later); err == nil {
			t.Errorf("renewal that is %s prolongs the proposal", name)
		}
	}
}

func TestValidate(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Proposal)
		want   error
	}{
		"version":              {func(p *Proposal) { p.Version = 2 }, ErrVersion},
		"no provider":          {func(p *Proposal) { p.Provider = identity.Address{} }, ErrProposal},
		"no service":           {func(p *Proposal) { p.ServiceType = "" }, ErrProposal},
		"service in capitals":  {func(p *Proposal) { p.ServiceType = "WireGuard" }, ErrProposal},
		"long service":         {func(p *Proposal) { p.ServiceType = strings.Repeat("a", 33) }, ErrProposal},
		"no country":           {func(p *Proposal) { p.Country = "" }, ErrCountry},
		"unknown country":      {func(p *Proposal) { p.Country = "XX" }, ErrCountry},
		"country lower case":   {func(p *Proposal) { p.Country = "de" }, ErrCountry},
		"country across codes": {func(p *Proposal) { p.Country = "D " }, ErrCountry},
		"price":                {func(p *Proposal) { p.Price.PerGiB = money.MaxLock + 1 }, ErrProposal},
		"hour price":           {func(p *Proposal) { p.Price.PerHour = money.MaxLock + 1 }, ErrProposal},
		"set-up charge":        {func(p *Proposal) { p.SetupCharge = money.MaxLock + 1 }, ErrProposal},
		"no contact":           {func(p *Proposal) { p.Contacts = nil }, ErrProposal},
		"many contacts":        {func(p *Proposal) { p.Contacts = slices.Repeat(p.Contacts, MaxContacts+1) }, ErrProposal},
		"contact type":         {func(p *Proposal) { p.Contacts = []Contact{{"N ATS", "x"}} }, ErrProposal},
		"contact address":      {func(p *Proposal) { p.Contacts = []Contact{{"p2p", ""}} }, ErrProposal},
		"contact control":      {func(p *Proposal) { p.Contacts = []Contact{{"p2p", "a\nb"}} }, ErrProposal},
		"long contact":         {func(p *Proposal) { p.Contacts = []Contact{{"p2p", strings.Repeat("a", 256)}} }, ErrProposal},
		"no key":               {func(p *Proposal) { p.KeyRecord = [32]byte{} }, ErrProposal},
		"long description":     {func(p *Proposal) { p.Description = strings.Repeat("a", MaxDescription+1) }, ErrProposal},
		"description escapes":  {func(p *Proposal) { p.Description = "\x1b[31mred" }, ErrProposal},
		"description override": {func(p *Proposal) { p.Description = "a\u202eb" }, ErrProposal},
		"description bytes":    {func(p *Proposal) { p.Description = "\xff" }, ErrProposal},
	} {
		p := proposal()
		p.Version, p.Provider = Version, testKey(t, 1).Address()
		if err := p.Validate(); err != nil {
			t.Fatal(err)
		}
		c.change(&p)
		if err := p.Validate(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestBrokerURL(t *testing.T) {
	hub := "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
	for address, ok := range map[string]bool{
		"nats://" + hub + "@hub.example:4222":                                true,
		"tls://" + hub + "@[2001:db8::1]:4222":                               true,
		"nats://hub.example:4222":                                            false, // whose?
		"nats://root@hub.example:4222":                                       false,
		"nats://" + hub + ":secret@hub:4222":                                 false,
		"nats://" + hub + "@hub.example":                                     false,
		"nats://" + hub + "@hub.example:0":                                   false,
		"nats://" + hub + "@hub.example:70000":                               false,
		"nats://" + hub + "@:4222":                                           false,
		"nats://" + hub + "@hub.example:4222/x":                              false,
		"nats://" + hub + "@hub.example:4222?a=b":                            false,
		"nats://" + hub + "@hub.example:4222#a":                              false,
		"http://" + hub + "@hub.example:4222":                                false,
		"nats://0x0000000000000000000000000000000000000000@hub.example:4222": false,
		"hub.example:4222":                                                   false,
	} {
		if err := (Contact{ContactNATS, address}).validate(); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
	if err := (Contact{"p2p", "/ip4/192.0.2.1/udp/1"}).validate(); err != nil {
		t.Errorf("contact of a later version: %v", err)
	}
}

func TestDecodeIsStrict(t *testing.T) {
	good := sign(t, proposal(), record.NewStamp(0, now, time.Hour)).Record.Body
	var m pb.MarketProposal
	if err := proto.Unmarshal(good, &m); err != nil {
		t.Fatal(err)
	}
	m.Version = 2
	newer, err := proto.Marshal(&m)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		raw  []byte
		want error
	}{
		"empty":         {nil, ErrVersion},
		"cut off":       {good[:len(good)-1], ErrProposal},
		"unknown field": {protowire.AppendVarint(protowire.AppendTag(bytes.Clone(good), 99, protowire.VarintType), 1), ErrProposal},
		"repeated":      {protowire.AppendVarint(protowire.AppendTag(bytes.Clone(good), 8, protowire.VarintType), 1), ErrProposal},
		"huge":          {make([]byte, record.MaxBody+1), ErrProposal},
		"newer version": {newer, ErrVersion},
	} {
		if _, err := DecodeProposal(c.raw); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestCountries(t *testing.T) {
	codes := strings.Fields(countries)
	if len(codes) != 249 || !slices.IsSorted(codes) {
		t.Errorf("%d codes, sorted %v; ISO 3166-1 has 249", len(codes), slices.IsSorted(codes))
	}
	for _, code := range codes {
		if err := CheckCountry(code); err != nil {
			t.Error(err)
		}
	}
	if err := CheckCountry("de"); err == nil || !strings.Contains(err.Error(), "did you mean DE?") {
		t.Errorf("no hint: %v", err)
	}
}

func amount(n money.Amount) *money.Amount { return &n }

func TestFilter(t *testing.T) {
	p := sign(t, proposal(), record.NewStamp(0, now, time.Hour)).Proposal
	hourly, free := p, p
	hourly.Price, free.Price = money.Price{PerHour: 10}, money.Price{}
	for name, c := range map[string]struct {
		filter Filter
		p      Proposal
		want   bool
	}{
		"anything":          {Filter{}, p, true},
		"service":           {Filter{ServiceType: "wireguard"}, p, true},
		"another service":   {Filter{ServiceType: "openvpn"}, p, false},
		"country":           {Filter{Country: "DE"}, p, true},
		"another country":   {Filter{Country: "FR"}, p, false},
		"GiB price":         {Filter{MaxPricePerGiB: amount(50_000)}, p, true},
		"GiB too dear":      {Filter{MaxPricePerGiB: amount(49_999)}, p, false},
		"only free GiB":     {Filter{MaxPricePerGiB: amount(0)}, p, false},
		"hour price":        {Filter{MaxPricePerHour: amount(10)}, p, true},
		"hour too dear":     {Filter{MaxPricePerHour: amount(9)}, p, false},
		"bandwidth":         {Filter{MinBandwidth: 100_000_000}, p, true},
		"too slow":          {Filter{MinBandwidth: 100_000_001}, p, false},
		"provider":          {Filter{Provider: testKey(t, 1).Address()}, p, true},
		"another provider":  {Filter{Provider: testKey(t, 2).Address()}, p, false},
		"by GiB":            {Filter{MeteringUnit: UnitGiB}, p, true},
		"by hour":           {Filter{MeteringUnit: UnitHour}, p, true},
		"hourly by GiB":     {Filter{MeteringUnit: UnitGiB}, hourly, false},
		"hourly by hour":    {Filter{MeteringUnit: UnitHour}, hourly, true},
		"free by anything":  {Filter{MeteringUnit: UnitGiB}, free, true},
		"by something else": {Filter{MeteringUnit: "byte"}, p, false},
		"one of all fails":  {Filter{ServiceType: "wireguard", Country: "FR", MinBandwidth: 1}, p, false},
	} {
		if got := c.filter.Match(c.p); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestFilterQuery(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := Filter{
			ServiceType:  rapid.SampledFrom([]string{"", "wireguard", "a-1"}).Draw(rt, "service"),
			Country:      rapid.SampledFrom([]string{"", "DE", "ZW"}).Draw(rt, "country"),
			MeteringUnit: rapid.SampledFrom([]string{"", UnitGiB, UnitHour}).Draw(rt, "unit"),
			MinBandwidth: rapid.Uint64().Draw(rt, "bandwidth"),
			Provider:     identity.Address(rapid.SliceOfN(rapid.Byte(), 20, 20).Draw(rt, "provider")),
		}
		if rapid.Bool().Draw(rt, "capped") {
			f.MaxPricePerGiB = amount(money.Amount(rapid.Uint64().Draw(rt, "GiB")))
			f.MaxPricePerHour = amount(money.Amount(rapid.Uint64().Draw(rt, "hour")))
		}
		query, err := url.ParseQuery(f.Query().Encode())
		if err != nil {
			rt.Fatal(err)
		}
		back, err := ParseFilter(query)
		if err != nil || !reflect.DeepEqual(back, f) {
			rt.Fatalf("%q reads as %+v, %v", f.Query().Encode(), back, err)
		}
	})
	for _, query := range []string{
		"country=XX", "country=de", "service_type=A", "metering_unit=gib", "max_price_per_gib=-1", "max_price_per_hour=1e3",
		"min_bandwidth=fast", "min_bandwidth=-1", "provider=0x00", "price=1", "country=DE&country=FR", "Country=DE",
	} {
		q, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if f, err := ParseFilter(q); !errors.Is(err, ErrFilter) {
			t.Errorf("%s reads as %+v, %v", query, f, err)
		}
	}
}

func TestCheapest(t *testing.T) {
	offer := func(slot uint8, gib, hour, setup money.Amount, bandwidth uint64) Signed {
		p := proposal()
		p.Price, p.SetupCharge, p.Bandwidth = money.Price{PerGiB: gib, PerHour: hour}, setup, bandwidth
		return sign(t, p, record.NewStamp(slot, now, time.Hour))
	}
	all := []Signed{offer(0, 2, 1, 0, 5), offer(1, 1, 3, 0, 5), offer(2, 1, 2, 9, 5), offer(3, 1, 2, 0, 5), offer(4, 1, 2, 0, 6)}
	order := func(unit string) (slots []uint8) {
		sorted := slices.Clone(all)
		slices.SortFunc(sorted, Cheapest(unit))
		for _, s := range sorted {
			slots = append(slots, s.Record.Slot)
		}
		return slots
	}
	if got := order(UnitGiB); !slices.Equal(got, []uint8{4, 3, 2, 1, 0}) {
		t.Errorf("by GiB: %v", got)
	}
	if got := order(UnitHour); !slices.Equal(got, []uint8{0, 4, 3, 2, 1}) {
		t.Errorf("by hour: %v", got)
	}
}

// vector is one entry of testdata/proposals.json.
type vector struct {
	Name     string
	Secret   string
	Proposal Proposal
	Key      string // KeyRecord
	Body     string
}

func TestVectors(t *testing.T) {
	const file = "testdata/proposals.json"
	if *update {
		writeVectors(t, file)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(raw, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) < 2 {
		t.Fatalf("only %d vectors", len(vectors))
	}
	for _, v := range vectors {
		body, err := hex.DecodeString(v.Body)
		if err != nil {
			t.Fatal(err)
		}
		p, err := DecodeProposal(body)
		if err != nil {
			t.Fatalf("%s: %v", v.Name, err)
		}
		key := hex.EncodeToString(p.KeyRecord[:])
		p.KeyRecord = [32]byte{}
		if !reflect.DeepEqual(p, v.Proposal) || key != v.Key {
			t.Errorf("%s: got %+v", v.Name, p)
		}
	}
}

func writeVectors(t *testing.T, file string) {
	t.Helper()
	whole, bare := proposal(), proposal()
	bare.Price, bare.SetupCharge, bare.Bandwidth, bare.Description = money.Price{}, 0, 0, ""
	whole.Contacts = append(whole.Contacts, Contact{"p2p", "/ip4/192.0.2.1/udp/4001/quic-v1"})
	var vectors []vector
	for name, p := range map[string]Proposal{"everything": whole, "least": bare} {
		s := sign(t, p, record.NewStamp(0, now, time.Hour))
		v := vector{
			Name: name, Secret: strings.Repeat("01", 32), Proposal: s.Proposal,
			Key: hex.EncodeToString(p.KeyRecord[:]), Body: hex.EncodeToString(s.Record.Body),
		}
		v.Proposal.KeyRecord = [32]byte{}
		vectors = append(vectors, v)
	}
	slices.SortFunc(vectors, func(a, b vector) int { return strings.Compare(a.Name, b.Name) })
	raw, err := json.MarshalIndent(vectors, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(raw, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

func FuzzDecodeProposal(f *testing.F) {
	f.Add(sign(f, proposal(), record.NewStamp(0, now, time.Hour)).Record.Body)
	f.Add([]byte{})
	f.Add([]byte{8, 1})
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := DecodeProposal(body)
		if err != nil {
			return
		}
		again, err := p.encode()
		if err != nil || !bytes.Equal(again, body) {
			t.Fatalf("decoded what encodes differently: %x, %v", again, err)
		}
		_ = (Filter{MeteringUnit: UnitGiB}).Match(p)
	})
}

func FuzzParseFilter(f *testing.F) {
	for _, seed := range []string{"", "country=DE&max_price_per_gib=0.5", "min_bandwidth=1&min_bandwidth=2", "provider=0x", "%zz"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		query, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		filter, err := ParseFilter(query)
		if err != nil {
			return
		}
		back, err := ParseFilter(filter.Query())
		if err != nil || !reflect.DeepEqual(back, filter) {
			t.Fatalf("%+v reads back as %+v, %v", filter, back, err)
		}
	})
}
