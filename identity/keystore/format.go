package keystore

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	eth "github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/common"

	"github.com/mysteriumnetwork/myst/identity"
)

// Bounds on what a file may ask of this machine. Standard scrypt is n 2¹⁸, r 8, p 1: 256 MiB.
const (
	maxFile          = 64 << 10
	maxScryptMemory  = 1 << 30 // bytes, 128 · n · r
	maxScryptWork    = 1 << 26 // n · r · p, 32 times the standard
	maxPBKDF2Rounds  = 10_000_000
	maxSalt          = 1024 // bytes
	secretLen        = 32
	minDerivedKeyLen = 32
	maxDerivedKeyLen = 1024
)

// keyFile is a V3 file whose every field has been checked.
type keyFile struct {
	address *identity.Address // nil when the file does not say
	crypto  eth.CryptoJSON
}

// v3 is the JSON form. Names are matched in any case, because some tools write "Crypto".
type v3 struct {
	Address string `json:"address"`
	Version int    `json:"version"`
	Crypto  *struct {
		Cipher       string `json:"cipher"`
		CipherText   string `json:"ciphertext"`
		CipherParams struct {
			IV string `json:"iv"`
		} `json:"cipherparams"`
		KDF       string    `json:"kdf"`
		KDFParams kdfParams `json:"kdfparams"`
		MAC       string    `json:"mac"`
	} `json:"crypto"`
}

type kdfParams struct {
	DKLen int    `json:"dklen"`
	Salt  string `json:"salt"`
	N     int    `json:"n"`
	R     int    `json:"r"`
	P     int    `json:"p"`
	C     int    `json:"c"`
	PRF   string `json:"prf"`
}

func damaged(format string, args ...any) error {
	return &DamagedError{Problem: fmt.Sprintf(format, args...)}
}

// parse checks a V3 file without deriving anything. Errors are *DamagedError, without a path.
func parse(data []byte) (keyFile, error) {
	var file v3
	if err := json.Unmarshal(data, &file); err != nil {
		return keyFile{}, damaged("not JSON of the Ethereum V3 form: %v", err)
	}
	if file.Version != 3 {
		return keyFile{}, damaged("version %d, want 3", file.Version)
	}
	c := file.Crypto
	if c == nil {
		return keyFile{}, damaged(`no "crypto" section`)
	}
	if c.Cipher != "aes-128-ctr" {
		return keyFile{}, damaged("cipher %.40q, want aes-128-ctr", c.Cipher)
	}
	for _, field := range []struct {
		name, value string
		want        int
	}{{"ciphertext", c.CipherText, secretLen}, {"iv", c.CipherParams.IV, 16}, {"mac", c.MAC, 32}} {
		raw, err := hex.DecodeString(field.value)
		if err != nil || len(raw) != field.want {
			return keyFile{}, damaged("%s: want %d bytes in hexadecimal", field.name, field.want)
		}
	}
	params, err := c.KDFParams.check(c.KDF)
	if err != nil {
		return keyFile{}, err
	}
	parsed := keyFile{crypto: eth.CryptoJSON{
		Cipher: c.Cipher, CipherText: c.CipherText, KDF: c.KDF, KDFParams: params, MAC: c.MAC,
	}}
	parsed.crypto.CipherParams.IV = c.CipherParams.IV
	if file.Address != "" {
		address, err := identity.ParseAddress("0x" + strings.TrimPrefix(strings.ToLower(file.Address), "0x"))
		if err != nil {
			return keyFile{}, damaged("address: %v", err)
		}
		parsed.address = &address
	}
	return parsed, nil
}

// check bounds the parameters and returns them in the form that go-ethereum takes.
func (p kdfParams) check(kdf string) (map[string]any, error) {
	salt, err := hex.DecodeString(p.Salt)
	if err != nil || len(salt) > maxSalt {
		return nil, damaged("salt: want hexadecimal, at most %d bytes", maxSalt)
	}
	if p.DKLen < minDerivedKeyLen || p.DKLen > maxDerivedKeyLen {
		return nil, damaged("dklen %d, want %d to %d", p.DKLen, minDerivedKeyLen, maxDerivedKeyLen)
	}
	params := map[string]any{"salt": p.Salt, "dklen": p.DKLen}
	switch kdf {
	case "scrypt":
		if p.N < 2 || p.N&(p.N-1) != 0 || p.R < 1 || p.P < 1 {
			return nil, damaged("scrypt parameters n %d, r %d, p %d are not valid", p.N, p.R, p.P)
		}
		if p.N > maxScryptMemory/128/p.R || p.P > maxScryptWork/(p.N*p.R) {
			return nil, damaged("scrypt parameters n %d, r %d, p %d ask for too much memory or time", p.N, p.R, p.P)
		}
		params["n"], params["r"], params["p"] = p.N, p.R, p.P
	case "pbkdf2":
		if p.PRF != "hmac-sha256" || p.C < 1 || p.C > maxPBKDF2Rounds {
			return nil, damaged("pbkdf2 with prf %.40q and %d rounds; want hmac-sha256 and at most %d", p.PRF, p.C, maxPBKDF2Rounds)
		}
		params["prf"], params["c"] = p.PRF, p.C
	default:
		return nil, damaged("key derivation %.40q, want scrypt or pbkdf2", kdf)
	}
	return params, nil
}

// owner returns the address in the file, else the one in its name: the format lets a file leave it out.
func (f keyFile) owner(name string) (identity.Address, error) {
	if f.address != nil {
		return *f.address, nil
	}
	if i := strings.LastIndex(name, "--"); i >= 0 {
		if a, err := identity.ParseAddress("0x" + strings.ToLower(strings.TrimSuffix(name[i+2:], ".json"))); err == nil {
			return a, nil
		}
	}
	return identity.Address{}, damaged("no address in the file or in its name")
}

// decrypt derives the key. Errors: ErrPassphrase, *DamagedError.
func (f keyFile) decrypt(passphrase string) (*identity.Key, error) {
	secret, err := eth.DecryptDataV3(f.crypto, passphrase)
	if errors.Is(err, eth.ErrDecrypt) {
		return nil, fmt.Errorf("%w (or the encrypted part of the file was altered)", ErrPassphrase)
	}
	if err != nil {
		return nil, damaged("%v", err)
	}
	defer clear(secret)
	key, err := identity.KeyFromBytes(secret)
	if err != nil {
		return nil, damaged("%v", err)
	}
	return key, nil
}

func encrypt(key *identity.Key, passphrase string, light bool) ([]byte, error) {
	n, p := eth.StandardScryptN, eth.StandardScryptP
	if light {
		n, p = eth.LightScryptN, eth.LightScryptP
	}
	file := &eth.Key{Address: common.Address(key.Address()), PrivateKey: key.ECDSA()}
	// A random UUID, version 4, by RFC 9562; rand.Read never fails.
	_, _ = rand.Read(file.Id[:])
	file.Id[6] = file.Id[6]&0x0f | 0x40
	file.Id[8] = file.Id[8]&0x3f | 0x80
	data, err := eth.EncryptKey(file, passphrase, n, p)
	if err != nil {
		return nil, fmt.Errorf("encrypt key of %s: %w", key.Address(), err)
	}
	return data, nil
}

// Encrypted says whether data is meant to be a V3 file, rather than a raw key.
func Encrypted(data []byte) bool {
	return strings.HasPrefix(strings.TrimSpace(string(data)), "{")
}

// Decode reads a key from elsewhere: a V3 file, which the passphrase must open, or 64 hexadecimal digits,
// for which the passphrase is not used. Errors: ErrPassphrase, *DamagedError.
func Decode(data []byte, passphrase string) (*identity.Key, error) {
	if len(data) > maxFile {
		return nil, damaged("larger than %d bytes", maxFile)
	}
	if Encrypted(data) {
		parsed, err := parse(data)
		if err != nil {
			return nil, err
		}
		defer debug.FreeOSMemory()
		key, err := parsed.decrypt(passphrase)
		if err == nil && parsed.address != nil && *parsed.address != key.Address() {
			return nil, damaged("it names %s but holds the key of %s", parsed.address, key.Address())
		}
		return key, err
	}
	secret, err := hex.DecodeString(strings.TrimPrefix(strings.TrimSpace(string(data)), "0x"))
	if err != nil || len(secret) != secretLen {
		// What is wrong is not quoted: it may be most of a secret.
		return nil, damaged("neither Ethereum V3 JSON nor a key of %d hexadecimal digits", 2*secretLen)
	}
	defer clear(secret)
	key, err := identity.KeyFromBytes(secret)
	if err != nil {
		return nil, damaged("%v", err)
	}
	return key, nil
}

// fileName follows other Ethereum tools: UTC--2026-11-21T10-19-00.123456789Z--address.
func fileName(now time.Time, address identity.Address) string {
	return "UTC--" + now.UTC().Format("2006-01-02T15-04-05.000000000Z") + nameSuffix(address)
}

func nameSuffix(address identity.Address) string { return "--" + hex.EncodeToString(address[:]) }
