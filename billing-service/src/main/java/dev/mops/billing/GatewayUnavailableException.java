package dev.mops.billing;

/**
 * The payment gateway is away: it says neither yes nor no. That is no failure of the event. The backoff of the batch
 * retries it for now; the failure path will take it for "the outside is away", where only the order waits.
 */
final class GatewayUnavailableException extends RuntimeException {

    GatewayUnavailableException(String key) {
        super("The payment gateway is away: no answer to " + key);
    }
}
