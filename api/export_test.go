package api

import "time"

// WithReadTimeout shortens the time that a request may take to arrive.
func WithReadTimeout(cfg Config, d time.Duration) Config {
	cfg.readTimeout = d
	return cfg
}
