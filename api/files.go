package api

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Names of the files in the data directory by which a client on the same machine finds and enters the API.
const (
	// TokenFile holds the bearer token: 64 hexadecimal digits, mode 0600.
	TokenFile = "api.token"
	// AddressFile holds the host:port while the API listens.
	AddressFile = "api.address"
)

const tokenBytes = 32

// loadToken returns the token in dir, making one when there is none. A token that others may read is
// refused rather than quietly protected: it may be known already.
func loadToken(dir string) (string, error) {
	path := filepath.Join(dir, TokenFile)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		raw := make([]byte, tokenBytes)
		_, _ = rand.Read(raw) // never fails
		token := hex.EncodeToString(raw)
		return token, writeFile(path, token+"\n")
	}
	if err != nil {
		return "", fmt.Errorf("API token: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return "", fmt.Errorf("API token: %s has mode %04o, so others may know it; delete it, and a new one is made", path, mode)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("API token: %w", err)
	}
	token := strings.TrimSpace(string(data))
	if raw, err := hex.DecodeString(token); err != nil || len(raw) != tokenBytes {
		return "", fmt.Errorf("API token: %s is damaged; delete it, and a new one is made", path)
	}
	return token, nil
}

// writeFile makes path appear with mode 0600 and all of text, or not at all.
func writeFile(path, text string) error {
	// os.CreateTemp uses mode 0600.
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", path, err), os.Remove(f.Name()))
	}
	return nil
}
