package keystore

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// readFile reads at most maxFile bytes; more is *DamagedError.
func readFile(path string) (data []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read key file: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	data, err = io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read key file %s: %w", path, err)
	}
	if len(data) > maxFile {
		return nil, &DamagedError{Path: path, Problem: fmt.Sprintf("larger than %d bytes", maxFile)}
	}
	return data, nil
}

// writeFile makes path appear with mode 0600 and all of data, or not at all, also when the power fails. What was
// written is read back and checked before it gets its name.
func writeFile(path string, data []byte, check func([]byte) error) (err error) {
	dir := filepath.Dir(path)
	// os.CreateTemp uses mode 0600.
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return err
	}
	placed := false
	defer func() {
		if !placed {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	written, err := readFile(f.Name())
	if err != nil {
		return err
	}
	if err := check(written); err != nil {
		return fmt.Errorf("the file just written does not read back: %w", err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	placed = true
	return syncDir(dir)
}

// syncDir makes a rename in dir durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
