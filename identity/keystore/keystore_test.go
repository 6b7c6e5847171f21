package keystore

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	eth "github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mysteriumnetwork/myst/identity"
)

const secret = "correct horse"

func open(t *testing.T) *Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "keystore"), Config{Light: true})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNewListUnlockExport(t *testing.T) {
	s := open(t)
	if entries, err := s.List(); err != nil || len(entries) != 0 {
		t.Fatalf("empty store: %v, %v", entries, err)
	}
	entry, err := s.New(secret)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := s.List()
	if err != nil || len(entries) != 1 || entries[0] != entry {
		t.Fatalf("List = %v, %v; want %v", entries, err, entry)
	}
	key, err := s.Unlock(entry.Address, secret)
	if err != nil || key.Address() != entry.Address {
		t.Fatalf("Unlock: %v, %v", key, err)
	}
	data, err := s.Export(entry.Address, secret)
	if err != nil {
		t.Fatal(err)
	}
	if onDisk, err := os.ReadFile(entry.Path); err != nil || string(onDisk) != string(data) {
		t.Fatalf("Export differs from the file: %v", err)
	}
	if strings.Contains(string(data), hex.EncodeToString(crypto.FromECDSA(key.ECDSA()))) {
		t.Fatal("the file contains the key")
	}
}

func TestModes(t *testing.T) {
	s := open(t)
	entry, err := s.New(secret)
	if err != nil {
		t.Fatal(err)
	}
	mode := func(path string) os.FileMode {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode().Perm()
	}
	if mode(s.Dir()) != 0o700 || mode(entry.Path) != 0o600 {
		t.Errorf("modes %o and %o; want 700 and 600", mode(s.Dir()), mode(entry.Path))
	}
	if err := os.Chmod(s.Dir(), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(s.Dir(), Config{}); err != nil || mode(s.Dir()) != 0o700 {
		t.Errorf("a listable directory stays at %o, %v", mode(s.Dir()), err)
	}
	left, err := filepath.Glob(filepath.Join(s.Dir(), ".*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// Files go to other Ethereum tools and come from them, in content and in name.
func TestOtherEthereumTools(t *testing.T) {
	s := open(t)
	entry, err := s.New(secret)
	if err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile(`^UTC--\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{9}Z--[0-9a-f]{40}$`)
	if !name.MatchString(filepath.Base(entry.Path)) {
		t.Errorf("name %s", entry.Path)
	}
	geth := eth.NewKeyStore(s.Dir(), eth.LightScryptN, eth.LightScryptP)
	accounts := geth.Accounts()
	if len(accounts) != 1 || identity.Address(accounts[0].Address) != entry.Address {
		t.Fatalf("go-ethereum sees %v", accounts)
	}
	if err := geth.Unlock(accounts[0], secret); err != nil {
		t.Fatalf("go-ethereum cannot unlock: %v", err)
	}
	digest := identity.Keccak256([]byte("x"))
	sig, err := geth.SignHash(accounts[0], digest[:])
	if err != nil || identity.Verify(entry.Address, digest, identity.Signature(sig)) != nil {
		t.Fatalf("go-ethereum unlocked another key: %v", err)
	}
	theirs, err := geth.NewAccount("their passphrase")
	if err != nil {
		t.Fatal(err)
	}
	if key, err := s.Unlock(identity.Address(theirs.Address), "their passphrase"); err != nil || key.Address() != identity.Address(theirs.Address) {
		t.Fatalf("go-ethereum's file: %v, %v", key, err)
	}
}

// The vectors of the format's specification: one key under PBKDF2 and under scrypt.
func TestSpecificationVectors(t *testing.T) {
	const (
		pbkdf2 = `{"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"6087dab2f9fdbbfaddc31a909735c1e6"},"ciphertext":"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46","kdf":"pbkdf2","kdfparams":{"c":262144,"dklen":32,"prf":"hmac-sha256","salt":"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},"mac":"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"},"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}`
		scrypt = `{"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"83dbcc02d8ccb40e466191a123791e0e"},"ciphertext":"d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c","kdf":"scrypt","kdfparams":{"dklen":32,"n":262144,"p":8,"r":1,"salt":"ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19"},"mac":"2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097"},"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}`
		want   = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d"
	)
	for name, text := range map[string]string{"pbkdf2": pbkdf2, "scrypt": scrypt} {
		key, err := Decode([]byte(text), "testpassword")
		if err != nil || hex.EncodeToString(crypto.FromECDSA(key.ECDSA())) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Production uses the standard parameters.
func TestStandardScrypt(t *testing.T) {
	s, err := Open(t.TempDir(), Config{Now: func() time.Time { return time.Unix(1e9, 5).In(time.FixedZone("", 3600)) }})
	if err != nil {
		t.Fatal(err)
	}
	entry, err := s.New(secret)
	if err != nil {
		t.Fatal(err)
	}
	if want := "UTC--2001-09-09T01-46-40.000000005Z--"; !strings.HasPrefix(filepath.Base(entry.Path), want) {
		t.Errorf("name %s; want %s…", entry.Path, want)
	}
	data, err := os.ReadFile(entry.Path)
	if err != nil {
		t.Fatal(err)
	}
	var file v3
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	if p := file.Crypto.KDFParams; file.Crypto.KDF != "scrypt" || p.N != 1<<18 || p.R != 8 || p.P != 1 || p.DKLen != 32 || len(p.Salt) != 64 {
		t.Errorf("derivation %s %+v", file.Crypto.KDF, p)
	}
}

func TestErrors(t *testing.T) {
	s := open(t)
	entry, err := s.New(secret)
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []string{"", "wrong", secret + " "} {
		_, err := s.Unlock(entry.Address, wrong)
		if !errors.Is(err, ErrPassphrase) || wrong != "" && strings.Contains(err.Error(), secret) {
			t.Errorf("Unlock with %q: %v", wrong, err)
		}
		if _, err := s.Export(entry.Address, wrong); !errors.Is(err, ErrPassphrase) {
			t.Errorf("Export with %q: %v", wrong, err)
		}
	}
	if _, err := s.Unlock(identity.Address{1}, secret); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown identity: %v", err)
	}
	key, err := s.Unlock(entry.Address, secret)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Import(key, secret); !errors.Is(err, ErrExists) {
		t.Errorf("second import: %v", err)
	}
}

// Every way to spoil a file is noticed, named with the file, and never changes the file.
func TestDamage(t *testing.T) {
	s := open(t)
	entry, err := s.New(secret)
	if err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(entry.Path)
	if err != nil {
		t.Fatal(err)
	}
	edit := func(change func(m, crypto, params map[string]any)) []byte {
		var m map[string]any
		if err := json.Unmarshal(good, &m); err != nil {
			t.Fatal(err)
		}
		section := m["crypto"].(map[string]any)
		change(m, section, section["kdfparams"].(map[string]any))
		out, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for name, data := range map[string][]byte{
		"empty":            {},
		"cut":              good[:len(good)/2],
		"not JSON":         []byte("hello"),
		"array":            []byte("[]"),
		"null":             []byte("null"),
		"oversized":        []byte(strings.Repeat(" ", maxFile) + string(good)),
		"version":          edit(func(m, _, _ map[string]any) { m["version"] = 1 }),
		"no version":       edit(func(m, _, _ map[string]any) { delete(m, "version") }),
		"no crypto":        edit(func(m, _, _ map[string]any) { delete(m, "crypto") }),
		"address":          edit(func(m, _, _ map[string]any) { m["address"] = "12" }),
		"cipher":           edit(func(_, c, _ map[string]any) { c["cipher"] = "rot13" }),
		"ciphertext short": edit(func(_, c, _ map[string]any) { c["ciphertext"] = "00" }),
		"iv":               edit(func(_, c, _ map[string]any) { c["cipherparams"] = map[string]any{"iv": "00"} }),
		"mac":              edit(func(_, c, _ map[string]any) { c["mac"] = "zz" }),
		"kdf":              edit(func(_, c, _ map[string]any) { c["kdf"] = "argon2" }),
		"no params":        edit(func(_, c, _ map[string]any) { delete(c, "kdfparams") }),
		"params of text":   edit(func(_, _, p map[string]any) { p["n"] = "4096" }),
		"salt":             edit(func(_, _, p map[string]any) { p["salt"] = 7 }),
		"dklen short":      edit(func(_, _, p map[string]any) { p["dklen"] = 16 }),
		"n no power of 2":  edit(func(_, _, p map[string]any) { p["n"] = 4095 }),
		"n of 1 TiB":       edit(func(_, _, p map[string]any) { p["n"] = 1 << 30 }),
		"r large":          edit(func(_, _, p map[string]any) { p["r"] = 1 << 40 }),
		"p for a year":     edit(func(_, _, p map[string]any) { p["p"] = 1 << 29 }),
		"all overflow":     edit(func(_, _, p map[string]any) { p["n"], p["r"], p["p"] = 1<<62, 1<<62, 1<<62 }),
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(entry.Path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := s.Unlock(entry.Address, secret)
			damaged, ok := errors.AsType[*DamagedError](err)
			if !ok || damaged.Path != entry.Path || damaged.Problem == "" || !strings.Contains(err.Error(), entry.Path) {
				t.Fatalf("Unlock: %v", err)
			}
			entries, err := s.List()
			if err != nil || len(entries) != 1 || entries[0].Problem == nil {
				t.Fatalf("List: %+v, %v", entries, err)
			}
			if now, err := os.ReadFile(entry.Path); err != nil || string(now) != string(data) {
				t.Fatal("the file was changed")
			}
		})
	}
}

// A damaged file hides no other, and a file of another identity under this one's name is noticed.
func TestDamagedNeighbours(t *testing.T) {
	s := open(t)
	first, err := s.New(secret)
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.New(secret)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"0-broken.json": "{", ".hidden": "{", "backup~": "{"} {
		if err := os.WriteFile(filepath.Join(s.Dir(), name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := s.List()
	if err != nil || len(entries) != 3 || entries[0].Problem == nil || entries[1] != first || entries[2] != second {
		t.Fatalf("List: %+v, %v", entries, err)
	}
	if _, err := s.Unlock(second.Address, secret); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(first.Path)
	if err != nil {
		t.Fatal(err)
	}
	swapped := strings.Replace(string(data), strings.TrimPrefix(strings.ToLower(first.Address.String()), "0x"),
		strings.TrimPrefix(strings.ToLower(second.Address.String()), "0x"), 1)
	if err := errors.Join(os.Remove(first.Path), os.WriteFile(second.Path, []byte(swapped), 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Unlock(second.Address, secret); err == nil || !strings.Contains(err.Error(), first.Address.String()) {
		t.Fatalf("a swapped key: %v", err)
	}
}

// A file may leave the address out; then its name tells it.
func TestAddressFromName(t *testing.T) {
	s := open(t)
	entry, err := s.New(secret)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(entry.Path)
	if err != nil {
		t.Fatal(err)
	}
	without := regexp.MustCompile(`"address":"[0-9a-f]+",`).ReplaceAll(data, nil)
	if err := os.WriteFile(entry.Path, without, 0o600); err != nil {
		t.Fatal(err)
	}
	if key, err := s.Unlock(entry.Address, secret); err != nil || key.Address() != entry.Address {
		t.Fatalf("%v, %v", key, err)
	}
}

// A write that fails leaves nothing behind, and nothing of an earlier file is lost.
func TestWriteIsAtomic(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "key")
	refuse := errors.New("refused")
	err := writeFile(path, []byte("x"), func([]byte) error { return refuse })
	if !errors.Is(err, refuse) {
		t.Fatal(err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 0 {
		t.Fatalf("left behind: %v, %v", files, err)
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(path, []byte("x"), func([]byte) error { return nil }); err == nil {
		t.Fatal("a directory was overwritten")
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Fatalf("left behind: %v, %v", files, err)
	}
}

func TestDecodeRaw(t *testing.T) {
	raw := strings.Repeat("0", 63) + "1"
	for _, text := range []string{raw, "0x" + raw, raw + "\n", "  " + raw + "\r\n"} {
		key, err := Decode([]byte(text), "")
		if err != nil || key.Address().String() != "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf" {
			t.Errorf("%q: %v, %v", text, key, err)
		}
	}
	almost := "a1b2c3d4" + raw[:54]
	for _, text := range []string{"", "0x", almost, raw + "00", strings.Repeat("0", 64), strings.Repeat("f", 64), almost + "zz"} {
		_, err := Decode([]byte(text), "")
		if _, ok := errors.AsType[*DamagedError](err); !ok || strings.Contains(fmt.Sprint(err), "a1b2c3d4") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Nothing in a file makes parsing panic or lets an unbounded derivation through.
func FuzzParse(f *testing.F) {
	key, err := identity.NewKey()
	if err != nil {
		f.Fatal(err)
	}
	good, err := encrypt(key, secret, true)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"version":3,"crypto":{"cipher":"aes-128-ctr","kdf":"pbkdf2","kdfparams":{"c":1e3,"dklen":32,"prf":"hmac-sha256","salt":""}}}`))
	f.Add([]byte(`{"Version":3,"Crypto":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		parsed, err := parse(data)
		if err != nil {
			if _, ok := errors.AsType[*DamagedError](err); !ok {
				t.Fatalf("not a DamagedError: %v", err)
			}
			return
		}
		params := parsed.crypto.KDFParams
		if n, ok := params["n"].(int); ok {
			if memory := uint64(n) * 128 * uint64(params["r"].(int)); memory > maxScryptMemory {
				t.Fatalf("scrypt with %d bytes", memory)
			}
			if n > 1<<12 {
				return // fine, and too slow to try here
			}
		}
		if c, ok := params["c"].(int); ok && c > 1000 {
			return
		}
		if p, ok := params["p"].(int); ok && p > 8 {
			return
		}
		if _, err := parsed.decrypt("x"); err == nil {
			t.Fatal("opened with a wrong passphrase")
		}
	})
}
