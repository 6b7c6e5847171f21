// Package nats carries sealed envelopes through NATS brokers.
//
// A hub runs a [Broker]. A node holds one [Channel], which connects to as many brokers as its
// contacts name. See messaging for what travels.
package nats
