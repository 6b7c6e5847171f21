package openvpn

import (
	"bytes"
	"crypto/hmac"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/mysteriumnetwork/myst/tunnel"
)

// unwrap opens what wrap made, as openvpn does on the server.
func (k *serverKey) unwrap(wrapped []byte) (kc [cryptKeySize]byte, metadata []byte, err error) {
	if len(wrapped) < tagSize+cryptKeySize+lengthSize {
		return kc, nil, errors.New("wrapped key is too short")
	}
	length := wrapped[len(wrapped)-lengthSize:]
	if int(binary.BigEndian.Uint16(length)) != len(wrapped) {
		return kc, nil, errors.New("wrapped key has another length than it says")
	}
	opened := append([]byte(nil), wrapped[tagSize:len(wrapped)-lengthSize]...)
	k.crypt(wrapped[:tagSize], opened)
	if !hmac.Equal(k.tag(length, opened), wrapped[:tagSize]) {
		return kc, nil, errors.New("wrapped key is of another server")
	}
	return [cryptKeySize]byte(opened), opened[cryptKeySize:], nil
}

func TestWrappedKeyOpens(t *testing.T) {
	server := newServerKey()
	id := tunnel.SessionID{1, 2, 3, 15: 16}
	key := server.newClientKey(id)
	kc, metadata, err := server.unwrap(key[cryptKeySize:])
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(kc[:], key[:cryptKeySize]) {
		t.Error("another key comes back than was wrapped")
	}
	if !bytes.Equal(metadata, append([]byte{userMetadata}, id[:]...)) {
		t.Errorf("metadata %x", metadata)
	}
	if other := server.newClientKey(id); other == key {
		t.Error("two keys are the same")
	}
	for i := cryptKeySize; i < clientKeySize; i++ {
		broken := key
		broken[i] ^= 1
		if _, _, err := server.unwrap(broken[cryptKeySize:]); err == nil {
			t.Fatalf("a change at %d goes unnoticed", i)
		}
	}
	stranger := newServerKey()
	if _, _, err := stranger.unwrap(key[cryptKeySize:]); err == nil {
		t.Error("another server opens the key")
	}
}

// openvpn makes the keys and this program opens them: both mean the same format.
func TestKeysMadeByOpenvpn(t *testing.T) {
	server := newServerKey()
	genkey := func(args ...string) []byte {
		path := filepath.Join(t.TempDir(), "made.key")
		args = append(args, path)
		if out, err := exec.CommandContext(t.Context(), testProgram(t).path, args...).CombinedOutput(); err != nil {
			t.Fatalf("openvpn %q: %v\n%s", args, err, out)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	// Its server key has the form of ours.
	block, rest := pem.Decode(genkey("--genkey", "tls-crypt-v2-server"))
	ours, _ := pem.Decode(server.pem())
	if block == nil || len(bytes.TrimSpace(rest)) > 0 || block.Type != ours.Type || len(block.Bytes) != serverKeySize {
		t.Fatalf("openvpn's server key has another form: %+v", block)
	}
	// It wraps a client key with our server key, and we open it.
	path := filepath.Join(t.TempDir(), "server.key")
	if err := os.WriteFile(path, server.pem(), 0o600); err != nil {
		t.Fatal(err)
	}
	client := genkey("--tls-crypt-v2", path, "--genkey", "tls-crypt-v2-client")
	block, _ = pem.Decode(client)
	key := fixedClientKey(1)
	ours, _ = pem.Decode(key.pem())
	if block == nil || block.Type != ours.Type {
		t.Fatalf("openvpn's client key has another form: %+v", block)
	}
	kc, metadata, err := server.unwrap(block.Bytes[cryptKeySize:])
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(kc[:], block.Bytes[:cryptKeySize]) || len(metadata) != 9 || metadata[0] != 1 {
		t.Errorf("opened another key, or metadata %x that is no time", metadata)
	}
}
