package hostnet

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func sampleContent() content {
	return content{
		scope: scope{Boot: "0b1d6f9e-0000-4000-8000-000000000000", Netns: 4026531840, Cookie: 1},
		Entries: []entry{
			{ID: 1, Kind: kindSysctl, Name: "net/ipv4/ip_forward", Old: "0", New: "1"},
			{ID: 2, Kind: kindTUN, Name: "myst0"},
			{ID: 3, Kind: kindRoute, Route: &Route{Dst: netip.MustParsePrefix("0.0.0.0/0"), Device: "myst0", Table: 1000}},
			{ID: 5, Kind: kindRoute, Route: &Route{Dst: netip.MustParsePrefix("2001:db8::/32"), Blackhole: true}},
			{ID: 6, Kind: kindRule, Rule: &Rule{Priority: 100, Table: 1000, Mark: 7, SuppressPrefixlength: -1}},
			{ID: 7, Kind: kindProcess, PID: 4711, Start: 123456789},
			{ID: 9, Kind: kindTable, Name: "myst-myst0", Family: 1},
		},
	}
}

func TestJournalFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hostnet.json")
	if _, found, err := readJournal(path); found || err != nil {
		t.Fatalf("no file: found %v, %v", found, err)
	}
	want, step := sampleContent(), func(string) {}
	for range 2 { // the second replaces
		if err := writeJournal(path, want, step); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	got, found, err := readJournal(path)
	if !found || err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("wrote %+v, read %+v, %v, %v", want, got, found, err)
	}
	for range 2 {
		if err := writeJournal(path, content{scope: want.scope}, step); err != nil {
			t.Fatal(err)
		}
	}
	if names, err := os.ReadDir(filepath.Dir(path)); err != nil || len(names) != 0 {
		t.Errorf("without entries %v stay, %v", names, err)
	}
}

// Every single bit of the file matters.
func TestJournalDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hostnet.json")
	whole, err := sampleContent().encode()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(r *rapid.T) {
		data := []byte(string(whole))
		switch rapid.SampledFrom([]string{"flip", "cut", "append", "empty"}).Draw(r, "damage") {
		case "flip":
			data[rapid.IntRange(0, len(data)-1).Draw(r, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(r, "bit")
		case "cut":
			data = data[:rapid.IntRange(0, len(data)-1).Draw(r, "length")]
		case "append":
			data = append(data, "{}"...)
		case "empty":
			data = nil
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		c, _, err := readJournal(path)
		if err == nil && reflect.DeepEqual(c, sampleContent()) {
			return // such as the case of a letter in a key of the envelope: nothing was lost
		}
		if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), path) {
			r.Fatalf("%q: %v", data, err)
		}
	})
}

func TestJournalOfOthers(t *testing.T) {
	data, err := sampleContent().encode()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	readable, link, large := filepath.Join(dir, "readable"), filepath.Join(dir, "link"), filepath.Join(dir, "large")
	for _, err := range []error{
		os.WriteFile(readable, data, 0o600), os.Chmod(readable, 0o644), os.Symlink(readable, link), os.WriteFile(large, make([]byte, maxJournal+1), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{readable, link, large, dir} {
		if _, _, err := readJournal(path); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// An entry is undone with all rights, so nothing is undone that this program would not have done.
func TestEntriesAreChecked(t *testing.T) {
	for _, bad := range []entry{
		{Kind: kindTUN, Name: "myst0"},
		{ID: 1},
		{ID: 1, Kind: "file", Name: "x"},
		{ID: 1, Kind: kindTUN},
		{ID: 1, Kind: kindTUN, Name: "../x"},
		{ID: 1, Kind: kindTUN, Name: "lo"},
		{ID: 1, Kind: kindTUN, Name: "a234567890123456"},
		{ID: 1, Kind: kindTUN, Name: "myst0", PID: 7},
		{ID: 1, Kind: kindTUN, Name: "myst0", New: "1"},
		{ID: 1, Kind: kindSysctl, Name: "net/../kernel/core_pattern", New: "x"},
		{ID: 1, Kind: kindSysctl, Name: "kernel.core_pattern", New: "x"},
		{ID: 1, Kind: kindSysctl, Name: "net"},
		{ID: 1, Kind: kindSysctl, Name: "/net/ipv4/ip_forward"},
		{ID: 1, Kind: kindRoute},
		{ID: 1, Kind: kindRoute, Route: &Route{}},
		{ID: 1, Kind: kindTUN, Name: "myst0", Route: &Route{}},
		{ID: 1, Kind: kindRule, Rule: &Rule{}},
		{ID: 1, Kind: kindProcess, PID: 1, Start: 1},
		{ID: 1, Kind: kindProcess, PID: -7, Start: 1},
		{ID: 1, Kind: kindTable, Name: "x"},
		{ID: 1, Kind: kindTable, Family: 1},
	} {
		if err := bad.validate(); err == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
	for _, good := range sampleContent().Entries {
		if err := good.validate(); err != nil {
			t.Errorf("%+v: %v", good, err)
		}
	}
}

func TestSysctlPath(t *testing.T) {
	for name, want := range map[string]string{
		"net.ipv4.ip_forward":                "net/ipv4/ip_forward",
		"net/ipv4/conf/eth0.1/forwarding":    "net/ipv4/conf/eth0.1/forwarding",
		"net.ipv4.conf.eth0.forwarding":      "net/ipv4/conf/eth0/forwarding",
		"":                                   "",
		"net":                                "",
		"net.":                               "",
		"net..ipv4":                          "",
		"net/../kernel":                      "",
		"net/ipv4/./ip_forward":              "",
		"net/ipv4/../../kernel/core_pattern": "",
		"vm.swappiness":                      "",
		"net/ipv4\x00":                       "",
	} {
		got, err := sysctlPath(name)
		if got != want || (err == nil) != (want != "") || err != nil && !errors.Is(err, ErrValue) {
			t.Errorf("%q: %q, %v; want %q", name, got, err, want)
		}
	}
}

func TestRoutesAndRulesAreChecked(t *testing.T) {
	net4, net6 := netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::/32")
	gateway := netip.MustParseAddr("198.51.100.1")
	for _, bad := range []Route{
		{}, {Dst: net4}, {Dst: netip.MustParsePrefix("192.0.2.1/24"), Device: "myst0"}, {Dst: net6, Gateway: gateway},
		{Dst: net4, Device: "a b"}, {Dst: net4, Blackhole: true, Device: "myst0"}, {Dst: net4, Blackhole: true, Gateway: gateway},
		{Dst: net4, Device: "myst0", Table: -1}, {Dst: net4, Device: "myst0", Metric: -1},
		{Dst: netip.MustParsePrefix("::ffff:192.0.2.0/120"), Device: "myst0"},
		{Dst: net6, Gateway: netip.MustParseAddr("fe80::1%eth0")},
	} {
		if err := bad.validate(); !errors.Is(err, ErrValue) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	for _, bad := range []Rule{
		{Table: 254, SuppressPrefixlength: -1}, {Priority: 32766, Table: 254, SuppressPrefixlength: -1}, {Priority: 1, SuppressPrefixlength: -1},
		{Priority: 1, Table: 256}, {Priority: 1, Table: 254, SuppressPrefixlength: -2}, {Priority: 1, Table: 254, OutDevice: "x/y"},
	} {
		if err := bad.validate(); !errors.Is(err, ErrValue) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// What can be read can be written, and is the same then.
func FuzzJournal(f *testing.F) {
	body, err := json.Marshal(sampleContent())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add([]byte(`{"boot":"b","netns":1,"cookie":0,"entries":null}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		sum := sha256.Sum256(body)
		file, err := json.Marshal(envelope{Format: journalFormat, SHA256: hex.EncodeToString(sum[:]), Body: body})
		if err != nil {
			return // not JSON
		}
		c, err := decodeContent(file)
		if err != nil {
			return
		}
		again, err := c.encode()
		if err != nil {
			t.Fatal(err)
		}
		if same, err := decodeContent(again); err != nil || !reflect.DeepEqual(same, c) {
			t.Fatalf("%q: %+v, then %+v, %v", body, c, same, err)
		}
	})
}
