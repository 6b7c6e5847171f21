package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// passphraseVariable is the environment variable that holds a passphrase. An environment is readable by the
// same user's processes only; a command line by everybody's.
const passphraseVariable = "MYST_PASSPHRASE"

const maxPassphrase = 4096 // bytes

// passphrases is where a command's passphrases come from: a file, else the environment, else a
// prompt.
type passphrases struct {
	env  *env
	file string
}

func (e *env) passphraseFlag(cmd *cobra.Command) *passphrases {
	p := &passphrases{env: e}
	cmd.Flags().StringVar(&p.file, "passphrase-file", "", "`file` with the passphrase (default: "+passphraseVariable+", else a prompt)")
	return p
}

// existing returns the passphrase of a key that exists.
func (p *passphrases) existing(ctx context.Context, prompt string) (string, error) {
	if text, found, err := p.given(); found || err != nil {
		return text, err
	}
	return p.ask(ctx, prompt)
}

// fresh returns the passphrase for a new key. A typed one is typed twice.
func (p *passphrases) fresh(ctx context.Context) (string, error) {
	text, found, err := p.given()
	if err == nil && !found {
		text, err = p.ask(ctx, "New passphrase: ")
		if err == nil && text != "" {
			var again string
			if again, err = p.ask(ctx, "The same again: "); err == nil && again != text {
				err = fmt.Errorf("%w: the two differ", errPassphrase)
			}
		}
	}
	if err == nil && text == "" {
		err = fmt.Errorf("%w: it must not be empty, or whoever copies the file has the key", errPassphrase)
	}
	return text, err
}

// given looks at the file and the environment.
func (p *passphrases) given() (text string, found bool, err error) {
	if p.file == "" {
		text, found = os.LookupEnv(passphraseVariable)
		return text, found, nil
	}
	f, err := os.Open(p.file)
	if err != nil {
		return "", false, fmt.Errorf("%w: %w", errPassphrase, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	data, err := io.ReadAll(io.LimitReader(f, maxPassphrase+1))
	if err != nil {
		return "", false, fmt.Errorf("%w: %w", errPassphrase, err)
	}
	if len(data) > maxPassphrase {
		return "", false, fmt.Errorf("%w: %s is larger than %d bytes", errPassphrase, p.file, maxPassphrase)
	}
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o044 != 0 {
		p.env.note("Warning: %s has mode %04o, so other users can read the passphrase.", p.file, info.Mode().Perm())
	}
	// One line end belongs to the file, not to the passphrase.
	text = strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")
	return text, true, nil
}

// ask prompts on the terminal, without echo.
func (p *passphrases) ask(ctx context.Context, prompt string) (string, error) {
	fd := int(p.env.stdin.Fd())
	if !term.IsTerminal(fd) {
		return "", fmt.Errorf("%w: there is no terminal to ask on; use --passphrase-file or %s", errPassphrase, passphraseVariable)
	}
	before, err := term.GetState(fd)
	if err != nil {
		return "", fmt.Errorf("%w: %w", errPassphrase, err)
	}
	if _, err := io.WriteString(p.env.stderr, prompt); err != nil {
		return "", fmt.Errorf("%w: %w", errPassphrase, err)
	}
	type answer struct {
		text []byte
		err  error
	}
	answers := make(chan answer, 1)
	// A read from a terminal cannot be interrupted: after a signal this goroutine ends with the process.
	go func() {
		text, err := term.ReadPassword(fd)
		answers <- answer{text, err}
	}()
	select {
	case a := <-answers:
		_, _ = fmt.Fprintln(p.env.stderr) // the user's own line end was not echoed
		if a.err != nil {
			return "", fmt.Errorf("%w: %w", errPassphrase, a.err)
		}
		return string(a.text), nil
	case <-ctx.Done():
		return "", errors.Join(ctx.Err(), term.Restore(fd, before))
	}
}
