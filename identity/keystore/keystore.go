// Package keystore keeps identities on disk, each key encrypted under a passphrase.
//
// A [Store] is a directory (mode 0700) of Ethereum V3 files (mode 0600) in the naming of other
// Ethereum tools, UTC--time--address, so that a file copied from or to one of them just works. The
// format is https://ethereum.org/developers/docs/data-structures-and-encoding/web3-secret-storage.
//
// A key lives in memory only between [Store.Unlock] and the end of the program. Everything that
// is read from a file is checked and bounded before the key derivation runs, because a damaged or
// malicious file could otherwise ask for any amount of memory. Failures are of three kinds: [ErrNotFound],
// [ErrPassphrase] and [*DamagedError], which names the file.
package keystore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
)

var (
	// ErrPassphrase says that the passphrase does not open the file. The format cannot tell this from
	// a file whose encrypted part was altered.
	ErrPassphrase = errors.New("wrong passphrase")
	// ErrNotFound says that the store has no such identity.
	ErrNotFound = errors.New("no such identity in the keystore")
	// ErrExists says that the store already has the identity.
	ErrExists = errors.New("the keystore already has this identity")
)

// DamagedError says what is wrong with a key file. The key in it may still be saved: the file is never
// changed or deleted.
type DamagedError struct {
	Path    string // empty when the data did not come from a file
	Problem string
}

// Error names the file and what is wrong with it.
func (e *DamagedError) Error() string {
	if e.Path == "" {
		return "damaged key file: " + e.Problem
	}
	return fmt.Sprintf("damaged key file %s: %s", e.Path, e.Problem)
}

// Config says how a store encrypts. The zero value is what production wants.
type Config struct {
	// Light derives keys with 4 MiB of memory instead of 256 MiB; only for tests and throw-away
	// networks.
	Light bool
	// Now names new files; nil is time.Now.
	Now func() time.Time
}

// Store is a directory of encrypted keys. Its methods may be called from several goroutines.
type Store struct {
	dir   string
	light bool
	now   func() time.Time
	// derive serialises key derivations: each takes hundreds of megabytes for a moment.
	derive sync.Mutex
}

// Entry is one key file.
type Entry struct {
	// Address is zero if Problem is not nil.
	Address identity.Address
	Path    string
	// Problem is a *DamagedError when the file looks like a key file and is not.
	Problem error
}

// Open uses dir, made with mode 0700 when absent. Access by group and others is taken away from an
// existing one.
func Open(dir string, cfg Config) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open keystore: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("open keystore: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(dir, 0o700); err != nil {
			return nil, fmt.Errorf("open keystore: others may list it, and that cannot be changed: %w", err)
		}
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Store{dir: dir, light: cfg.Light, now: cfg.Now}, nil
}

// Dir returns the directory.
func (s *Store) Dir() string { return s.dir }

// New makes a random key and stores it.
func (s *Store) New(passphrase string) (Entry, error) {
	key, err := identity.NewKey()
	if err != nil {
		return Entry{}, err
	}
	return s.Import(key, passphrase)
}

// List returns the key files, oldest name first. A damaged file is listed with its Problem and does not
// hide the others. Hidden files, directories and editors' backups are passed over.
func (s *Store) List() ([]Entry, error) {
	files, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("list keystore: %w", err)
	}
	var entries []Entry
	for _, f := range files {
		name := f.Name()
		if f.IsDir() || strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") {
			continue
		}
		entry := Entry{Path: filepath.Join(s.dir, name)}
		data, err := readFile(entry.Path)
		if err == nil {
			var parsed keyFile
			if parsed, err = parse(data); err == nil {
				entry.Address, err = parsed.owner(name)
			}
		}
		if err != nil {
			entry.Problem = inFile(err, entry.Path)
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

// Import stores a key under a passphrase. The file is read back and decrypted before it gets its name.
// Errors: ErrExists.
func (s *Store) Import(key *identity.Key, passphrase string) (Entry, error) {
	switch _, err := s.find(key.Address()); {
	case err == nil:
		return Entry{}, fmt.Errorf("%w: %s", ErrExists, key.Address())
	case !errors.Is(err, ErrNotFound):
		return Entry{}, err
	}
	s.derive.Lock()
	defer s.derive.Unlock()
	defer debug.FreeOSMemory()

	data, err := encrypt(key, passphrase, s.light)
	if err != nil {
		return Entry{}, err
	}
	check := func(written []byte) error {
		parsed, err := parse(written)
		if err != nil {
			return err
		}
		back, err := parsed.decrypt(passphrase)
		if err == nil && back.Address() != key.Address() {
			err = errors.New("it holds another key")
		}
		return err
	}
	path := filepath.Join(s.dir, fileName(s.now(), key.Address()))
	if err := writeFile(path, data, check); err != nil {
		return Entry{}, fmt.Errorf("store identity %s: %w", key.Address(), err)
	}
	return Entry{Address: key.Address(), Path: path}, nil
}

// Export returns the identity's V3 file, after seeing that the passphrase opens it: a backup that
// nobody can open is none. Errors: ErrNotFound, ErrPassphrase, *DamagedError.
func (s *Store) Export(address identity.Address, passphrase string) ([]byte, error) {
	_, data, err := s.open(address, passphrase)
	return data, err
}

// Unlock decrypts the identity's key. It takes 0.6 s and, for that moment, 256 to 560 MiB, which
// are given back to the system before it returns. Errors: ErrNotFound, ErrPassphrase, *DamagedError.
func (s *Store) Unlock(address identity.Address, passphrase string) (*identity.Key, error) {
	key, _, err := s.open(address, passphrase)
	return key, err
}

// open tries every file of the address: there are several if the user copied one in.
func (s *Store) open(address identity.Address, passphrase string) (*identity.Key, []byte, error) {
	paths, err := s.find(address)
	if err != nil {
		return nil, nil, err
	}
	s.derive.Lock()
	defer s.derive.Unlock()
	defer debug.FreeOSMemory()

	for _, path := range paths {
		data, readErr := readFile(path)
		if readErr != nil {
			err = readErr
			continue
		}
		parsed, parseErr := parse(data)
		if parseErr != nil {
			err = inFile(parseErr, path)
			continue
		}
		key, decryptErr := parsed.decrypt(passphrase)
		switch {
		case decryptErr != nil:
			err = fmt.Errorf("unlock %s: %w", address, inFile(decryptErr, path))
		case key.Address() != address:
			err = &DamagedError{Path: path, Problem: fmt.Sprintf("it names %s but holds the key of %s", address, key.Address())}
		default:
			return key, data, nil
		}
	}
	return nil, nil, err
}

// find returns the identity's files. A damaged file that is named after the identity is the answer
// if there is no other.
func (s *Store) find(address identity.Address) ([]string, error) {
	entries, err := s.List()
	if err != nil {
		return nil, err
	}
	var paths []string
	var damaged error
	for _, e := range entries {
		switch {
		case e.Problem == nil && e.Address == address:
			paths = append(paths, e.Path)
		case e.Problem != nil && strings.HasSuffix(strings.ToLower(e.Path), nameSuffix(address)):
			damaged = e.Problem
		}
	}
	switch {
	case len(paths) > 0:
		return slices.Clip(paths), nil
	case damaged != nil:
		return nil, damaged
	}
	return nil, fmt.Errorf("%w: %s", ErrNotFound, address)
}

// inFile gives a DamagedError its path.
func inFile(err error, path string) error {
	var damaged *DamagedError
	if errors.As(err, &damaged) && damaged.Path == "" {
		return &DamagedError{Path: path, Problem: damaged.Problem}
	}
	return err
}
