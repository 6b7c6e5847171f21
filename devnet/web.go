package devnet

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// BlobSize is the most that the web server serves under /blob, in bytes.
const BlobSize = 64 << 20

// WebServer is a destination outside the network: it tells callers their address and serves
// BlobSize pseudo-random bytes, or as many of them as are asked for, that a caller can check.
type WebServer struct {
	http   *http.Server
	listen net.Listener
	done   chan struct{}
}

// StartWebServer listens on a free port of 127.0.0.1.
func StartWebServer(ctx context.Context) (*WebServer, error) {
	listen, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("web server: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		host, _, _ := net.SplitHostPort(r.RemoteAddr) // the server itself wrote it
		w.Header().Set("Content-Type", "text/plain")
		_, _ = fmt.Fprintln(w, host) //nolint:gosec // an address, as the kernel gave it
	})
	mux.HandleFunc("GET /blob/{size}", func(w http.ResponseWriter, r *http.Request) {
		size, err := strconv.ParseInt(r.PathValue("size"), 10, 64)
		if err != nil || size < 0 || size > BlobSize {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Length", fmt.Sprint(size))
		_, _ = io.Copy(w, blob(size)) // an error here is the caller's going away
	})
	s := &WebServer{
		http:   &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second},
		listen: listen,
		done:   make(chan struct{}),
	}
	go func() {
		defer close(s.done)
		_ = s.http.Serve(listen) // always ErrServerClosed after Close
	}()
	return s, nil
}

// URL is where the server listens.
func (s *WebServer) URL() string { return "http://" + s.listen.Addr().String() }

// Addr is the listener's address, host:port.
func (s *WebServer) Addr() string { return s.listen.Addr().String() }

// Close ends the server and its connections.
func (s *WebServer) Close() error {
	err := s.http.Close()
	<-s.done
	return err
}

// blob is the content under /blob: the start of a fixed pseudo-random stream, so that both ends know its
// hash and nothing on the way can compress it.
func blob(size int64) io.Reader {
	return io.LimitReader(rand.NewChaCha8([32]byte{'m', 'y', 's', 't'}), size)
}

// FetchAddress asks the web server for the caller's address.
func FetchAddress(ctx context.Context, client *http.Client, url string) (string, error) {
	body, err := get(ctx, client, url+"/")
	if err != nil {
		return "", err
	}
	defer func() { _ = body.Close() }()
	text, err := io.ReadAll(io.LimitReader(body, 256))
	if err != nil {
		return "", fmt.Errorf("fetch address: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}

// FetchBlob fetches the largest blob that there is. It calls progress with the bytes so far after every MiB.
func FetchBlob(ctx context.Context, client *http.Client, url string, progress func(n int64)) (int64, error) {
	return FetchBytes(ctx, client, url, BlobSize, progress)
}

// FetchBytes reads a blob of a size up to BlobSize to its end, checks every byte by hash and returns how many
// came. It calls progress like FetchBlob.
func FetchBytes(ctx context.Context, client *http.Client, url string, size int64, progress func(n int64)) (int64, error) {
	body, err := get(ctx, client, fmt.Sprintf("%s/blob/%d", url, size))
	if err != nil {
		return 0, err
	}
	defer func() { _ = body.Close() }()
	got, want := sha256.New(), sha256.New()
	var n int64
	for {
		chunk, err := io.CopyN(got, body, 1<<20)
		if n += chunk; chunk > 0 {
			progress(n)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return n, fmt.Errorf("fetch blob: after %d bytes: %w", n, err)
		}
	}
	if _, err := io.Copy(want, blob(size)); err != nil {
		return n, err
	}
	if n != size || string(got.Sum(nil)) != string(want.Sum(nil)) {
		return n, fmt.Errorf("fetch blob: %d bytes came, %d were expected, or their content differs", n, size)
	}
	return n, nil
}

func get(ctx context.Context, client *http.Client, url string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		_ = resp.Body.Close()
		return nil, fmt.Errorf("fetch %s: %s", url, resp.Status)
	}
	return resp.Body, nil
}
